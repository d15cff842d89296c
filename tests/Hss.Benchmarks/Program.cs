using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Hss.Benchmarks;

// dotnet run -c Release --project tests/Hss.Benchmarks -- --filter '*'
// Only ratios of one run carry over to another machine; allocated bytes do as they are.
if (args is ["provisioning-load", ..]) await ProvisioningLoad.RunAsync(args);
// In this process: a build of its own for each benchmark does not find the messages that protoc makes.
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance)));
