using System.Globalization;
using System.Net;
using System.Text;
using Hss.Diameter;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Decode;

/// <summary>dumpcap on the loopback interface, limited to one Diameter endpoint.</summary>
internal sealed class PacketCapture : IAsyncDisposable
{
    private const int KernelBufferMebibytes = 32;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly ChildProcess _dumpcap;
    private readonly IPEndPoint _endpoint;
    private readonly string _file;

    private PacketCapture(ChildProcess dumpcap, IPEndPoint endpoint, string file)
    {
        _dumpcap = dumpcap;
        _endpoint = endpoint;
        _file = file;
    }

    public static async Task<PacketCapture> StartAsync(IPEndPoint endpoint, string file)
    {
        var dumpcap = ChildProcess.Start("dumpcap", ["-q", "-p", "-i", "lo", "-B", KernelBufferMebibytes.ToString(CultureInfo.InvariantCulture),
            "-f", $"host {endpoint.Address} and tcp port {endpoint.Port}", "-w", file], Path.GetDirectoryName(file)!);
        await dumpcap.WaitForLineAsync(line => line.StartsWith("File:", StringComparison.Ordinal), Limit);
        return new PacketCapture(dumpcap, endpoint, file);
    }

    /// <summary>Ends the capture and returns its file, which holds everything that was answered before this call.</summary>
    /// dumpcap reads the kernel's buffer in turns: a last request with a name of its own shows when it has come so far.
    public async Task<string> FinishAsync()
    {
        var name = $"end-of-capture-{_dumpcap.Id}.{KamailioRig.Realm}";
        await using (var client = await DiameterClient.ConnectAsync(_endpoint, name))
            await client.BaseAsync(280, avps => { });
        var sentinel = Encoding.ASCII.GetBytes($"{name}");
        var end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (File.ReadAllBytes(_file).AsSpan().IndexOf(sentinel) < 0)
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"dumpcap did not write what it saw:\n{_dumpcap.Output}");
            await Task.Delay(Poll);
        }
        await _dumpcap.InterruptAsync();
        return _file;
    }

    public ValueTask DisposeAsync() => _dumpcap.DisposeAsync();
}
