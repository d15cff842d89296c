using System.Reflection;

namespace Hss.Diameter.Tests;

/// <summary>Compares what the accessors of a generated command or group give with the sample it was read from.</summary>
internal static class AccessorAssert
{
    public static void All(object parsed, Grammar grammar, bool maximal)
    {
        foreach (MemberRule rule in grammar.Members)
        {
            string name = NameInCode(rule.Avp);
            object? value = parsed.GetType().GetProperty(name)!.GetValue(parsed);
            byte[] expected = SampleMessages.Avp(rule.Avp, maximal);
            if (rule.Repeatable) AssertOccurrences((AvpOccurrences)value!, rule, maximal, expected);
            else if (!maximal && !rule.Required) AssertAbsent(value);
            else AssertValue(value, rule.Avp, maximal, expected);
        }
    }

    private static void AssertOccurrences(AvpOccurrences all, MemberRule rule, bool maximal, byte[] expected)
    {
        int count = maximal ? 2 : rule.Required ? 1 : 0;
        Assert.Equal(count, all.Count);
        Assert.Equal(count > 0, all.First.IsPresent);
        Assert.All(all, value => Assert.Equal(expected, value.RawAvp.ToArray()));
        if (count > 0 && rule.Avp.Group is not null) AssertValue(Read(rule.Avp, all.First), rule.Avp, maximal, expected);
    }

    private static void AssertAbsent(object? value)
    {
        if (value is AvpValue absent) Assert.False(absent.IsPresent);
        else Assert.Null(value);
    }

    private static void AssertValue(object? value, AvpDefinition definition, bool maximal, byte[] expected)
    {
        AvpValue sample = AvpOccurrences.Find(SampleMessages.Message(CommandCase.All["DWR"].Grammar, [expected]), definition).First;
        switch (value)
        {
            case AvpValue octets:
                Assert.Equal(expected, octets.RawAvp.ToArray());
                break;
            case uint number:
                Assert.Equal(sample.ToUnsigned32(), number);
                break;
            case ulong number:
                Assert.Equal(sample.ToUnsigned64(), number);
                break;
            case Enum named:
                Assert.Equal(sample.ToInteger32(), Convert.ToInt32(named, System.Globalization.CultureInfo.InvariantCulture));
                Assert.True(Enum.IsDefined(named.GetType(), named));
                break;
            default:
                AvpValue group = (AvpValue)value!.GetType().GetProperty("Group")!.GetValue(value)!;
                Assert.Equal(expected, group.RawAvp.ToArray());
                if (definition != Avp.FailedAvp) All(value, definition.Group!, maximal);
                break;
        }
    }

    private static object Read(AvpDefinition definition, AvpValue value) =>
        typeof(DiameterHeader).Assembly.GetTypes().Single(type => type.Name == NameInCode(definition) && type.GetMethod("Read") is not null)
            .GetMethod("Read", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [value])!;

    private static string NameInCode(AvpDefinition definition) =>
        typeof(Avp).GetFields(BindingFlags.Public | BindingFlags.Static).Single(field => field.GetValue(null) == definition).Name;
}
