using System.Reflection;

namespace Hss.Diameter.Tests;

/// <summary>A generated command as the tests see it: its grammar and its TryParse.</summary>
public sealed record CommandCase(CommandGrammar Grammar, Type Type, CommandCase.Parser TryParse)
{
    public delegate bool Parser(ReadOnlyMemory<byte> frame, out object command, out GrammarFault fault);

    /// <summary>Every generated command, by its short name.</summary>
    public static IReadOnlyDictionary<string, CommandCase> All { get; } = typeof(DiameterHeader).Assembly.GetTypes()
        .Where(type => type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IDiameterCommand<>)))
        .Select(type => (CommandCase)typeof(CommandCase).GetMethod(nameof(Of), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!)
        .ToDictionary(command => command.Grammar.Abbreviation);

    public static TheoryData<string> Names => [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The command a frame holds; null when no page has it.</summary>
    public static CommandCase? For(ReadOnlySpan<byte> frame) =>
        DiameterDictionary.FindCommand(DiameterHeader.Read(frame)) is { } grammar ? All[grammar.Abbreviation] : null;

    /// <summary>Parses the frame in every buffer shape; all must agree.</summary>
    public GrammarFault Parse(ReadOnlyMemory<byte> frame)
    {
        GrammarFault? first = null;
        foreach (ReadOnlyMemory<byte> shape in BufferShapes.Of(frame))
        {
            bool good = TryParse(shape, out _, out GrammarFault fault);
            Assert.Equal(good, fault.Code == ResultCode.None);
            if (first is { } other)
            {
                Assert.Equal(other.Code, fault.Code);
                Assert.Equal(other.FailedAvp.ToArray(), fault.FailedAvp.ToArray());
            }

            first = fault;
        }

        return first!.Value;
    }

    public override string ToString() => Grammar.Abbreviation;

    private static CommandCase Of<T>()
        where T : struct, IDiameterCommand<T>
    {
        return new CommandCase(T.Grammar, typeof(T), static (ReadOnlyMemory<byte> frame, out object command, out GrammarFault fault) =>
        {
            bool good = T.TryParse(frame, out T parsed, out fault);
            command = parsed;
            return good;
        });
    }
}
