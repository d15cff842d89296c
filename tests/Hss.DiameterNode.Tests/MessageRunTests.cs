using Hss.Diameter;

namespace Hss.DiameterNode.Tests;

public sealed class MessageRunTests
{
    [Fact]
    public void Whole_messages_are_taken_in_their_order_and_the_answers_among_them_are_counted()
    {
        byte[][] messages = [.. Enumerable.Range(0, 40).Select(i => Message(isRequest: i % 3 == 0, textBytes: 1 + (i * 7 % 50), hopByHopId: (uint)i))];
        MessageRun run = new();
        for (int round = 0; round < 2; round++)
        {
            foreach (byte[] message in messages) run.Add(message);
            int answers = 0;
            List<byte> taken = [];
            while (!run.IsEmpty)
            {
                ReadOnlyMemory<byte> piece = run.Take(100, ref answers);
                Assert.InRange(piece.Length, 1, 100 + messages.Max(message => message.Length));
                taken.AddRange(piece.Span);
                Assert.Contains(messages.Length - Rest(messages, taken.Count), Enumerable.Range(1, messages.Length));
            }

            Assert.Equal(messages.SelectMany(message => message), taken);
            Assert.Equal(messages.Count(message => !DiameterHeader.Read(message).IsRequest), answers);
            run.Clear();
        }
    }

    [Fact]
    public void What_is_added_meanwhile_comes_behind_and_nothing_is_taken_for_no_octets()
    {
        MessageRun run = new();
        int answers = 0;
        Assert.True(run.IsEmpty);
        Assert.True(run.Take(100, ref answers).IsEmpty);
        byte[] first = Message(isRequest: false, 10, 1), second = Message(isRequest: false, 10, 2);
        run.Add(first);
        Assert.True(run.Take(0, ref answers).IsEmpty);
        Assert.Equal(first, run.Take(1, ref answers).ToArray());
        run.Add(second);
        Assert.Equal(second, run.Take(int.MaxValue, ref answers).ToArray());
        Assert.Equal(2, answers);
    }

    [Fact]
    public void A_message_that_was_not_ended_is_refused()
    {
        byte[] message = Message(isRequest: false, 10, 1);
        message[3]++;
        Assert.Throws<ArgumentException>(() => new MessageRun().Add(message));
    }

    /// <summary>Messages behind the octets taken; fails when those end inside of one.</summary>
    private static int Rest(byte[][] messages, int takenBytes)
    {
        int index = 0;
        for (; takenBytes > 0; index++) takenBytes -= messages[index].Length;
        Assert.Equal(0, takenBytes);
        return messages.Length - index;
    }

    private static byte[] Message(bool isRequest, int textBytes, uint hopByHopId)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader { Flags = isRequest ? CommandFlags.Request : CommandFlags.None, CommandCode = 280, HopByHopId = hopByHopId });
        writer.WriteText(Avp.OriginHost, new string('a', textBytes));
        writer.End();
        byte[] message = writer.Written.ToArray();
        writer.Return();
        return message;
    }
}
