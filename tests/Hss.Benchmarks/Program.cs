using BenchmarkDotNet.Running;
using Hss.Benchmarks;

// dotnet run -c Release --project tests/Hss.Benchmarks -- --filter '*'
// Only ratios of one run carry over to another machine; allocated bytes do as they are.
if (args is ["provisioning-load", ..]) await ProvisioningLoad.RunAsync(args);
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
