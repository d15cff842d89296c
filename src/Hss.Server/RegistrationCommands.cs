using System.Globalization;
using System.Text;
using System.Text.Json;
using Hss.Procedures.Cx;
using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace Hss.Server;

/// <summary>Hss.Server deregister, remove and jobs: what operators do to registrations while no server runs on the store. The next start sends.</summary>
/// Errors: exit code 1 and one line when there is nothing of that name or nothing to do.
internal static class RegistrationCommands
{
    public static async Task<int> RunAsync(ServerSettings settings, CommandLine command, TextWriter output)
    {
        // Everything is read before the store is opened: a misspelt word changes nothing.
        var reason = Reason(command.Options.GetValueOrDefault("--reason", "PERMANENT_TERMINATION"));
        var state = command.Options.TryGetValue("--state", out var name) ? State(name) : (CxJobState?)null;
        var jobId = JobId(command);
        var identity = Identity(command);

        using var loggers = new SerilogLoggerFactory(Serilog.Log.Logger);
        using var instruments = new CxInstruments();
        await using var store = StoreOpening.Open(settings, loggers);
        var control = new RegistrationControl(store, instruments, TimeProvider.System, loggers);
        try
        {
            return command.Verb switch
            {
                Verb.Deregister => await DeregisterAsync(control, command, identity!, reason, output).ConfigureAwait(false),
                Verb.Remove => await RemoveAsync(store, command.Options["--subscription"], output).ConfigureAwait(false),
                _ when jobId is { } id => await ChangeAsync(control, id, command.Options.ContainsKey("--retry"), output).ConfigureAwait(false),
                _ => await ListAsync(control, new() { State = state, Identity = identity, Most = CxJobQuery.MaxJobs }, command.Json, output).ConfigureAwait(false),
            };
        }
        catch (StoreUnavailableException trouble)
        {
            await Console.Error.WriteLineAsync($"hss: {trouble.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<int> DeregisterAsync(RegistrationControl control, CommandLine command, string identity, TerminationReason reason, TextWriter output)
    {
        var info = command.Options.GetValueOrDefault("--info");
        var outcome = command.Options.ContainsKey("--private-identity")
            ? await control.DeregisterPrivateIdentityAsync(identity, reason, info, CancellationToken.None).ConfigureAwait(false)
            : await control.DeregisterPublicIdentityAsync(identity, reason, info, CancellationToken.None).ConfigureAwait(false);
        await output.WriteLineAsync(outcome switch
        {
            DeregistrationOutcome.Written => $"deregister: {identity} will be de-registered when the server runs; then hss job list shows what came of it, and jobs once it is stopped again",
            DeregistrationOutcome.NothingRegistered => $"deregister: no S-CSCF serves {identity} in a way that this reason would end; nothing was written",
            _ => $"deregister: {identity} is not in the store; nothing was written",
        }).ConfigureAwait(false);
        return outcome == DeregistrationOutcome.Written ? 0 : 1;
    }

    private static async Task<int> RemoveAsync(SubscriberStore store, string subscriptionId, TextWriter output)
    {
        var isRemoved = await store.RemoveAsync(subscriptionId, ChangeAuthor.Offline("remove"), CancellationToken.None).ConfigureAwait(false);
        await output.WriteLineAsync(isRemoved
            ? $"remove: subscription {subscriptionId} is removed; S-CSCFs that serve it are told when the server runs"
            : $"remove: there is no subscription {subscriptionId}").ConfigureAwait(false);
        return isRemoved ? 0 : 1;
    }

    private static async Task<int> ChangeAsync(RegistrationControl control, long jobId, bool isRetry, TextWriter output)
    {
        var isChanged = isRetry ? await control.RetryAsync(jobId).ConfigureAwait(false) : await control.ForceAsync(jobId).ConfigureAwait(false);
        await output.WriteLineAsync((isRetry, isChanged) switch
        {
            (true, true) => $"jobs: job {jobId} is pending again",
            (true, false) => $"jobs: there is no failed job {jobId}",
            (false, true) => $"jobs: job {jobId} counts as done",
            _ => $"jobs: there is no pending or failed job {jobId}",
        }).ConfigureAwait(false);
        return isChanged ? 0 : 1;
    }

    private static async Task<int> ListAsync(RegistrationControl control, CxJobQuery query, bool asJson, TextWriter output)
    {
        foreach (var job in await control.ListJobsAsync(query, CancellationToken.None).ConfigureAwait(false))
            await output.WriteLineAsync(asJson ? Json(job) : Text(job)).ConfigureAwait(false);
        return 0;
    }

    private static string Text(CxJob job) => string.Create(CultureInfo.InvariantCulture,
        $"{job.Id,8} {job.State,-12} {(job.Kind == CxJobKind.PushProfile ? $"PPR {job.Parts}" : $"RTR {NameOf(job.Reason)}")} of {job.PrivateIdentity} to {job.Server.DiameterHost}, " +
        $"{job.Attempts} attempts since {job.Created:u}: {job.LastResult ?? "not sent yet"}");

    private static string Json(CxJob job)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("id", job.Id);
            json.WriteString("kind", job.Kind == CxJobKind.PushProfile ? "PPR" : "RTR");
            json.WriteString("state", job.State.ToString().ToLowerInvariant());
            json.WriteString("subscriptionId", job.SubscriptionId);
            json.WriteString("privateIdentity", job.PrivateIdentity);
            Write(json, "publicIdentities", job.PublicIdentities);
            Write(json, "associatedIdentities", job.AssociatedIdentities);
            json.WriteString("diameterHost", job.Server.DiameterHost);
            json.WriteString("serverName", job.Server.Name);
            if (job.Kind == CxJobKind.RegistrationTermination) json.WriteString("reason", NameOf(job.Reason));
            else json.WriteString("parts", job.Parts.ToString());
            json.WriteNumber("attempts", job.Attempts);
            json.WriteString("created", job.Created);
            if (job.State == CxJobState.Pending) json.WriteString("nextAttempt", job.NextAttempt);
            if (job.Finished is { } finished) json.WriteString("finished", finished);
            if (job.LastResult is { } result) json.WriteString("result", result);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string NameOf(TerminationReason reason) => reason switch
    {
        TerminationReason.PermanentTermination => "PERMANENT_TERMINATION",
        TerminationReason.NewServerAssigned => "NEW_SERVER_ASSIGNED",
        TerminationReason.ServerChange => "SERVER_CHANGE",
        _ => "REMOVE_S-CSCF",
    };

    private static TerminationReason Reason(string name) =>
        Array.Find([TerminationReason.PermanentTermination, TerminationReason.ServerChange, TerminationReason.RemoveServer],
            reason => string.Equals(NameOf(reason), name, StringComparison.OrdinalIgnoreCase)) is var found && string.Equals(NameOf(found), name, StringComparison.OrdinalIgnoreCase)
            ? found
            : throw new CommandLineException($"--reason {name} is not PERMANENT_TERMINATION, SERVER_CHANGE or REMOVE_S-CSCF");

    private static CxJobState State(string name) =>
        Enum.TryParse<CxJobState>(name, ignoreCase: true, out var state) && Enum.IsDefined(state) && !char.IsAsciiDigit(name[0])
            ? state
            : throw new CommandLineException($"--state {name} is not one of {string.Join(", ", Enum.GetNames<CxJobState>()).ToLowerInvariant()}");

    private static long? JobId(CommandLine command)
    {
        var text = command.Options.GetValueOrDefault("--retry") ?? command.Options.GetValueOrDefault("--force");
        if (text is null) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new CommandLineException($"'{text}' is not the number of a job");
    }

    /// <summary>Canonical, as the store has them.</summary>
    private static string? Identity(CommandLine command)
    {
        if (command.Options.TryGetValue("--private-identity", out var user))
            return CanonicalIdentity.TryPrivate(Encoding.UTF8.GetBytes(user), out var canonical) ? canonical : throw new CommandLineException($"'{user}' is not a private identity");
        if (command.Options.TryGetValue("--public-identity", out var uri))
            return CanonicalIdentity.TryPublic(Encoding.UTF8.GetBytes(uri), out var canonical) ? canonical : throw new CommandLineException($"'{uri}' is not a SIP or tel URI");
        if (!command.Options.TryGetValue("--identity", out var either)) return null;
        var octets = Encoding.UTF8.GetBytes(either);
        return CanonicalIdentity.TryPublic(octets, out var asPublic) ? asPublic : CanonicalIdentity.TryPrivate(octets, out var asPrivate) ? asPrivate : either;
    }
}
