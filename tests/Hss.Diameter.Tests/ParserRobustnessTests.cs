using System.Buffers.Binary;

namespace Hss.Diameter.Tests;

/// <summary>Whatever the bytes: no exception, and a fault whose Failed-AVP can be sent.</summary>
public sealed class ParserRobustnessTests
{
    private const int MutationsPerMessage = 150;

    [Fact]
    public void Mutated_messages_never_throw_and_their_faults_can_be_answered()
    {
        int seed = 20260101, parsed = 0, refused = 0;
        foreach (byte[] message in Messages())
        {
            seed++;
            Random random = new(seed);
            for (int time = 0; time < MutationsPerMessage; time++)
            {
                byte[] mutated = Mutate(random, message);
                try
                {
                    if (CheckEveryCommandOf(mutated)) parsed++;
                    else refused++;
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {seed}, mutation {time}: {e}\n{Convert.ToHexString(mutated)}");
                }
            }
        }

        // Both ends are reached, or the mutations would prove nothing.
        Assert.True(parsed > 1000 && refused > 1000, $"{parsed} parsed, {refused} refused");
    }

    [Fact]
    public void Random_octets_never_throw()
    {
        const int seed = 20260102;
        Random random = new(seed);
        for (int time = 0; time < 20_000; time++)
        {
            byte[] octets = new byte[random.Next(0, 200)];
            random.NextBytes(octets);
            CheckEveryCommandOf(octets);

            // With a good header, so that the AVPs are reached.
            if (octets.Length < DiameterHeader.SizeBytes) continue;
            CommandCase command = CommandCase.All.Values.ElementAt(random.Next(CommandCase.All.Count));
            SampleMessages.Minimal(command.Grammar).AsSpan(0, DiameterHeader.SizeBytes).CopyTo(octets);
            octets = octets[..(octets.Length & ~3)];
            BinaryPrimitives.WriteUInt32BigEndian(octets, (1u << 24) | (uint)octets.Length);
            Check(command, octets, $"seed {seed}, time {time}");
        }
    }

    [Fact]
    public void What_the_grammars_allow_is_read_and_written_again_the_same()
    {
        const int seed = 20260103;
        Random random = new(seed);
        foreach (CommandCase command in CommandCase.All.Values)
        {
            for (int time = 0; time < 50; time++)
            {
                byte[] message = SampleMessages.Message(command.Grammar, RandomAvps(random, command.Grammar));
                GrammarFault fault = command.Parse(message);
                Assert.True(fault.Code == ResultCode.None, $"seed {seed}, {command} {time}: {fault}");
                Assert.Equal(message, Rewriting.Of(message));
            }
        }
    }

    private static IEnumerable<byte[]> Messages() =>
        CommandCase.All.Values.SelectMany(command => new[] { SampleMessages.Minimal(command.Grammar), SampleMessages.Maximal(command.Grammar) })
            .Concat(CaptureFile.All.SelectMany(capture => capture.Messages).Select(m => m.Frame));

    private static bool CheckEveryCommandOf(byte[] octets)
    {
        MessageText.Of(octets);
        MessageText.OfAvp(octets);
        AvpOccurrences.Find(octets, Avp.UserName).Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        CommandCase command = octets.Length >= DiameterHeader.SizeBytes && CommandCase.For(octets) is { } found ? found : MarSample.Mar;
        return Check(command, octets, "");
    }

    private static bool Check(CommandCase command, byte[] octets, string where)
    {
        GrammarFault fault = command.Parse(octets);
        if (fault.Code == ResultCode.None)
        {
            Assert.True(command.TryParse(octets, out object parsed, out _));
            ReadEverything(parsed);
            return true;
        }

        Assert.True(Enum.IsDefined(fault.Code), where);
        Assert.NotEmpty(fault.ToString());
        if (fault.FailedAvp.IsEmpty) return false;
        MessageWriter writer = MessageWriter.Rent();
        writer.BeginGroup(Avp.FailedAvp);
        writer.WriteRawAvp(fault.FailedAvp.Span);
        writer.EndGroup();
        AvpReader reader = new(writer.Written.Span);
        Assert.True(reader.Read(), where);
        AvpReader inside = new(reader.Data);
        Assert.True(inside.Read() && !inside.Read() && !inside.IsMalformed, where);
        writer.Return();
        return false;
    }

    private static void ReadEverything(object parsed)
    {
        foreach (System.Reflection.PropertyInfo property in parsed.GetType().GetProperties())
        {
            if (property.GetMethod!.IsStatic) continue;
            if (property.GetValue(parsed) is AvpOccurrences all) Assert.True(all.Count >= 0);
        }
    }

    private static List<byte[]> RandomAvps(Random random, Grammar grammar)
    {
        List<byte[]> avps = [];
        foreach (MemberRule rule in grammar.Members)
        {
            int times = rule.Repeatable ? random.Next(rule.Required ? 1 : 0, 4) : rule.Required ? 1 : random.Next(2);
            for (int time = 0; time < times; time++) avps.Add(SampleMessages.Avp(rule.Avp, maximal: random.Next(2) == 0));
        }

        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(avps));
        return avps;
    }

    private static byte[] Mutate(Random random, byte[] message)
    {
        List<byte> mutated = [.. message];
        int changes = random.Next(1, 4);
        for (int change = 0; change < changes; change++)
        {
            int place = random.Next(DiameterHeader.SizeBytes, Math.Max(mutated.Count, DiameterHeader.SizeBytes + 1));
            if (place >= mutated.Count) continue;
            switch (random.Next(6))
            {
                case 0:
                    mutated[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[place] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated.RemoveRange(place, Math.Min(4 * random.Next(1, 5), mutated.Count - place));
                    break;
                case 3:
                    mutated.InsertRange(place & ~3, Enumerable.Repeat((byte)random.Next(256), 4 * random.Next(1, 5)));
                    break;
                case 4:
                    int from = place & ~3, length = Math.Min(4 * random.Next(1, 12), mutated.Count - from);
                    mutated.InsertRange(from, mutated.GetRange(from, length));
                    break;
                default:
                    mutated[random.Next(DiameterHeader.SizeBytes)] = (byte)random.Next(256);
                    break;
            }
        }

        // Most mutants keep a true length, or all of them would end at 5015.
        byte[] octets = [.. mutated];
        if (random.Next(8) != 0) (octets[1], octets[2], octets[3]) = ((byte)(octets.Length >> 16), (byte)(octets.Length >> 8), (byte)octets.Length);
        return octets;
    }
}
