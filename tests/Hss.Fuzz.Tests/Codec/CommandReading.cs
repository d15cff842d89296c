using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using Hss.Diameter;

namespace Hss.Fuzz.Tests;

/// <summary>Reads everything a parsed command offers, members of groups included: no accessor may throw on what the parser let pass.</summary>
internal static class CommandReading
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    private static readonly Dictionary<Grammar, MethodInfo> Groups = typeof(DiameterHeader).Assembly.GetTypes()
        .Where(type => type.IsValueType && type.GetProperty("Grammar", BindingFlags.Public | BindingFlags.Static)?.PropertyType == typeof(Grammar))
        .ToDictionary(
            type => (Grammar)type.GetProperty("Grammar", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!,
            type => type.GetMethod("Read", [typeof(AvpValue)])!);

    /// <summary>The number of AVPs seen, so that a caller can tell that something was read.</summary>
    public static int ReadAll(object command)
    {
        int seen = 0;
        foreach (PropertyInfo property in Properties.GetOrAdd(command.GetType(), OfInstances)) seen += Read(property.GetValue(command));
        return seen;
    }

    private static int Read(object? value)
    {
        switch (value)
        {
            case null:
                return 0;
            case AvpValue avp:
                return ReadValue(avp);
            case AvpOccurrences all:
                int seen = 0, count = 0;
                foreach (AvpValue avp in all)
                {
                    seen += ReadValue(avp);
                    count++;
                }

                Assert.Equal(all.Count, count);
                Assert.Equal(count > 0, all.First.IsPresent);
                return seen;
            default:
                // A group: everything else that the commands offer is a number or a name.
                return value.GetType() is { IsPrimitive: false, IsEnum: false } type && type.GetProperty("Group") is not null ? ReadAll(value) : 1;
        }
    }

    private static int ReadValue(AvpValue avp)
    {
        if (!avp.IsPresent)
        {
            Assert.True(avp.Span.IsEmpty && avp.RawAvp.IsEmpty && avp.ToText().Length == 0);
            return 0;
        }

        AvpReader reader = new(avp.RawAvp.Span);
        Assert.True(reader.Read() && reader.LengthBytes == avp.RawAvp.Length && reader.Data.SequenceEqual(avp.Span));
        avp.ToText();
        avp.ToString();
        return DiameterDictionary.Find(reader.Key)?.Group is { } group && Groups.TryGetValue(group, out MethodInfo? read)
            ? 1 + ReadMembers(read, avp)
            : 1;
    }

    private static int ReadMembers(MethodInfo read, AvpValue avp)
    {
        int seen = 0;
        object group = read.Invoke(null, [avp])!;
        foreach (PropertyInfo property in Properties.GetOrAdd(group.GetType(), OfInstances))
        {
            // Not the group itself again.
            if (property.Name != "Group") seen += Read(property.GetValue(group));
        }

        return seen;
    }

    private static PropertyInfo[] OfInstances(Type type) => [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetIndexParameters().Length == 0 && property.PropertyType != typeof(IEnumerable))];
}
