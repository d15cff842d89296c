using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/Hss.Benchmarks -- --filter '*'
// Only ratios of one run carry over to another machine; allocated bytes do as they are.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
