using System.CommandLine;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss export: subscriptions as JSON lines, without secrets. Imported again where the keys stand already, they change nothing.</summary>
internal static class ExportCommand
{
    public static Command Create(Surroundings around)
    {
        var filter = SubscriptionPages.Filter();
        var to = Text("--to", "FILE", "file to write; it must not exist (absent: the standard output)");
        var command = Command("export", "Writes subscriptions as JSON lines, without secrets; importing them again keeps the stored keys.", filter, to);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var count = 0L;
            var file = invocation.Value(to);
            await using var writer = file is null ? null : new StreamWriter(NewFile.Create(file));
            await foreach (var subscription in SubscriptionPages.ReadAsync(invocation, invocation.Value(filter), limit: 0, () => { }, stop).ConfigureAwait(false))
            {
                var line = ProtoJson.Of(Portable(subscription));
                if (writer is null) invocation.Output.Json(line);
                else await writer.WriteAsync((line + "\n").AsMemory(), stop).ConfigureAwait(false);
                count++;
            }
            invocation.Output.Flush();
            invocation.Output.Note($"exported {count} {(count == 1 ? "subscription" : "subscriptions")}{(file is null ? "" : $" to {file}")}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Without what belongs to this store and this moment: an export of equal content is equal, and can be compared.</summary>
    private static Subscription Portable(Subscription subscription)
    {
        (subscription.Name, subscription.Etag, subscription.CreateTime, subscription.UpdateTime) = ("", "", null, null);
        return subscription;
    }
}
