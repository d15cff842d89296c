using System.CommandLine;
using Grpc.Core;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss subscription watch: every change as it happens, one line each.</summary>
internal static class SubscriptionWatch
{
    public static Command Create(Surroundings around)
    {
        var token = Text("--resume-token", "TOKEN", "of the last change seen; from there on, instead of from now on");
        var count = Number("--count", "end after so many changes");
        var command = Command("watch", "Shows every change as it happens, until Ctrl-C.", token, count);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var left = invocation.Value(count) ?? int.MaxValue;
            var last = invocation.Value(token) ?? "";
            var isTold = false;
            try
            {
                using var call = new SubscriptionService.SubscriptionServiceClient(invocation.Server).WatchSubscriptions(new() { ResumeToken = last }, invocation.Stream(stop));
                while (left > 0 && await call.ResponseStream.MoveNext(stop).ConfigureAwait(false))
                {
                    var change = call.ResponseStream.Current;
                    last = change.ResumeToken;
                    if (change.Kind == SubscriptionChange.Types.Kind.Heartbeat)
                    {
                        // The first one says where the watch begins: what is changed from now on will be seen. The others only say that the line is alive.
                        if (!isTold) invocation.Output.Note($"watching; to begin here again, give --resume-token {last}");
                        isTold = true;
                        continue;
                    }
                    invocation.Output.Object(change, output => output.Write(
                        $"{Output.Time(change.ChangeTime)}  {Words.Of(change.Kind),-7}  {OneLine.Of(change.SubscriptionId)}  {OneLine.Of(change.Actor)}\n"));
                    // Whoever reads the other end of a pipe wants it now.
                    invocation.Output.Flush();
                    left--;
                }
            }
            catch (RpcException problem) when (problem.StatusCode == StatusCode.Unavailable && last.Length > 0)
            {
                invocation.Output.Note($"the server went away; go on with --resume-token {last}");
                throw;
            }
            return ExitCodes.Done;
        });
        return command;
    }
}
