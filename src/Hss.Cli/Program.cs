using System.Runtime.InteropServices;
using Hss.Cli;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await HssCommand.RunAsync(args, Surroundings.OfProcess(), stop.Token).ConfigureAwait(false);

void Stop(PosixSignalContext signal)
{
    // The first one ends the call in good order; the second one is the system's own.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
