using Xunit;

// Real servers on fixed loopback addresses: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
