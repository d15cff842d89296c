using System.CommandLine;
using Grpc.Core;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss job list|retry|force: RTRs and PPRs that are to be sent, and what came of them.</summary>
internal static class JobCommands
{
    private static readonly string[] s_headings = ["ID", "KIND", "STATE", "SUBSCRIPTION", "PRIVATE IDENTITY", "PUBLIC IDENTITIES", "S-CSCF", "REASON", "ATTEMPTS", "NEXT OR END", "RESULT"];

    public static Command Create(Surroundings around) => Command("job", "RTRs and PPRs to S-CSCFs.", List(around),
        Change(around, "retry", "Makes a failed job pending again.", null, (client, request, options) => client.RetryJobAsync(request, options)),
        Change(around, "force", "Declares a job done although no S-CSCF answered.", "Declare job {0} done although no S-CSCF answered?", (client, request, options) => client.ForceJobAsync(request, options)));

    private static Command List(Surroundings around)
    {
        var state = Word("--state", "those in this state", Words.All<Job.Types.State>());
        var identity = Text("--identity", "IDENTITY", "those of this public or private identity");
        var command = Command("list", "Lists jobs, the newest first.", state, identity, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var client = new RegistrationService.RegistrationServiceClient(invocation.Server);
            var (jobs, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await client.ListJobsAsync(new()
                {
                    PageSize = size,
                    PageToken = token,
                    State = Words.Parse<Job.Types.State>(invocation.Value(state)) ?? Job.Types.State.Unspecified,
                    Identity = invocation.Value(identity) ?? "",
                }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.Jobs, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(jobs, s_headings, Row, "no job");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Change(Surroundings around, string name, string description, string? question,
        Func<RegistrationService.RegistrationServiceClient, ChangeJobRequest, CallOptions, AsyncUnaryCall<ChangeJobResponse>> call)
    {
        var id = Argument("ID", "number of the job, from hss job list");
        var command = Command(name, description, id, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var number = Id(invocation.Value(id));
            if (question is not null) invocation.Confirm(string.Format(System.Globalization.CultureInfo.InvariantCulture, question, number));
            var response = await call(new(invocation.Server), new() { Id = number }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.List([response.Job ?? new() { Id = number }], s_headings, Row, "");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string?[] Row(Job job) =>
    [
        Output.Number(job.Id), job.Kind, Words.Of(job.State), job.SubscriptionId, job.PrivateIdentity, string.Join(' ', job.PublicIdentities),
        job.ServerName.Length > 0 ? job.ServerName : job.DiameterHost, job.Reason, Output.Number(job.Attempts),
        Output.Time(job.FinishTime ?? job.NextAttemptTime), job is { Result: var result } ? result : null,
    ];
}
