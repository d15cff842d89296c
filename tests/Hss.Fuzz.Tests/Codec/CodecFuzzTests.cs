using Hss.Diameter;
using Hss.Diameter.Tests;

namespace Hss.Fuzz.Tests;

/// <summary>The codec over damaged messages of every command: no exception, every fault has a code, and what it shows can be read.</summary>
public sealed class CodecFuzzTests
{
    public const int Mutations = 160_000;

    private const int Parts = 4;

    private static readonly ResultCode[] HeaderFaults =
    [
        ResultCode.CommandUnsupported, ResultCode.ApplicationUnsupported, ResultCode.InvalidHdrBits, ResultCode.UnsupportedVersion,
        ResultCode.InvalidMessageLength,
    ];

    private static readonly ResultCode[] AvpFaults =
    [
        ResultCode.InvalidAvpBits, ResultCode.AvpUnsupported, ResultCode.InvalidAvpValue, ResultCode.MissingAvp, ResultCode.AvpNotAllowed,
        ResultCode.AvpOccursTooManyTimes, ResultCode.InvalidAvpLength,
    ];

    // A command without a body of its own costs nothing: its header is wrong. So each message is also read as some other command.
    private static readonly CommandCase[] Commands = [.. CommandCase.All.Values];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_messages_are_read_or_refused(int part)
    {
        MessageMutator mutator = new(GoldenMessages.OfEveryCommand);
        int read = 0, avps = 0;
        HashSet<ResultCode> faults = [];
        for (int iteration = part; iteration < Mutations; iteration += Parts)
        {
            Random random = FuzzSeed.Generator(iteration);
            byte[] message = mutator.Next(random).Octets;
            try
            {
                Look(message, inside: random.Next(2) == 0 ? Padded(message) : message);
                avps += ReadAsEveryCommand(message, faults, ref read);
                if (message.Length >= DiameterHeader.SizeBytes) avps += ReadAsAnother(random, message, faults, ref read);
            }
            catch (Exception e)
            {
                Assert.Fail($"{FuzzSeed.Describe(iteration, message)}\n{e}");
            }
        }

        // Both ends are reached, or the mutations would prove nothing.
        Assert.True(read > Mutations / Parts / 20 && avps > read, $"{read} were read, {avps} AVPs");
        Assert.Empty(AvpFaults.Concat(HeaderFaults).Except(faults));
    }

    /// <summary>What reads without a grammar.</summary>
    private static void Look(byte[] message, ReadOnlyMemory<byte> inside)
    {
        if (message.Length < 8_192 || message[^1] % 8 == 0) Assert.NotEmpty(MessageText.Of(inside.Span));
        MessageText.OfAvp(message);
        if (message.Length >= DiameterHeader.SizeBytes) DiameterDictionary.FindCommand(DiameterHeader.Read(message));
        Assert.True(AvpOccurrences.Find(inside, Avp.PublicIdentity).Count >= 0);
        Walk(AvpReader.OverMessage(inside.Span), depth: 0);
    }

    private static void Walk(AvpReader reader, int depth)
    {
        while (reader.Read())
        {
            Assert.Equal(reader.LengthBytes, reader.HeaderLengthBytes + reader.Data.Length);
            Assert.Equal(reader.LengthBytes, reader.RawAvp.Length);
            if (depth < 70) Walk(new AvpReader(reader.Data), depth + 1);
        }
    }

    private static int ReadAsEveryCommand(byte[] message, HashSet<ResultCode> faults, ref int read)
    {
        int avps = 0;
        foreach (CommandCase command in Commands) avps += Read(command, message, faults, ref read);
        return avps;
    }

    /// <summary>The same AVPs under the header of another command.</summary>
    private static int ReadAsAnother(Random random, byte[] message, HashSet<ResultCode> faults, ref int read)
    {
        CommandCase other = Commands[random.Next(Commands.Length)];
        byte[] disguised = [.. SampleMessages.Message(other.Grammar, []).AsSpan(0, DiameterHeader.SizeBytes), .. message.AsSpan(DiameterHeader.SizeBytes)];
        (disguised[1], disguised[2], disguised[3]) = ((byte)(disguised.Length >> 16), (byte)(disguised.Length >> 8), (byte)disguised.Length);
        return Read(other, disguised, faults, ref read);
    }

    private static int Read(CommandCase command, byte[] message, HashSet<ResultCode> faults, ref int read)
    {
        if (command.TryParse(message, out object parsed, out GrammarFault fault))
        {
            Assert.Equal(ResultCode.None, fault.Code);
            Assert.True(fault.FailedAvp.IsEmpty);
            read++;
            return CommandReading.ReadAll(parsed);
        }

        faults.Add(fault.Code);
        bool isOfHeader = HeaderFaults.Contains(fault.Code);
        Assert.True(isOfHeader || AvpFaults.Contains(fault.Code), $"{command} fails with {fault.Code}");
        Assert.Equal(isOfHeader, fault.FailedAvp.IsEmpty);
        if (!isOfHeader) CheckFailedAvp(fault.FailedAvp.Span);
        Assert.NotEmpty(fault.ToString());
        return 0;
    }

    /// <summary>One whole AVP, which can be put into an answer, and not much longer than the limit for it.</summary>
    private static void CheckFailedAvp(ReadOnlySpan<byte> content)
    {
        AvpReader reader = new(content);
        Assert.True(reader.Read() && reader.LengthBytes == content.Length);
        Assert.True(content.Length <= DiameterLimits.MaxFailedAvpBytes + (DiameterLimits.MaxNestingDepth * 16));
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(default);
        writer.BeginGroup(Avp.FailedAvp);
        writer.WriteRawAvp(content);
        writer.EndGroup();
        writer.End();
        AvpReader answer = AvpReader.OverMessage(writer.Written.Span);
        Assert.True(answer.Read() && answer.Key == Avp.FailedAvp.Key && !answer.Read() && !answer.IsMalformed);
        writer.Return();
    }

    private static ReadOnlyMemory<byte> Padded(byte[] message)
    {
        byte[] inside = new byte[message.Length + 64];
        inside.AsSpan().Fill(0xFF);
        message.CopyTo(inside, 32);
        return inside.AsMemory(32, message.Length);
    }
}
