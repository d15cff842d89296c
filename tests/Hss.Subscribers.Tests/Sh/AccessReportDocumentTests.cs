using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class AccessReportDocumentTests
{
    private static readonly DateTimeOffset s_reported = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_report_of_everything_is_good() => Assert.Empty(AccessReportDocument.Check(ShDataSamples.Octets("access-report.xml")));

    [Fact]
    public void Any_part_of_a_report_alone_is_good_and_random_ones_are()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var access = GeneratedShData.Access(new Random(seed));
            if (!access.IsEmpty) Assert.Empty(AccessReportDocument.Check(ShDataWriter.Write(new ShData { Access = access })));
        }
    }

    [Fact]
    public void What_an_operator_or_an_application_server_decides_is_no_report()
    {
        var everything = GeneratedShData.Maximal();
        var problems = AccessReportDocument.Check(ShDataWriter.Write(everything));
        Assert.Equal(24, problems.Length);
        Assert.All(problems, problem => Assert.Equal("Sh-Data", problem.Path));
        Assert.Contains(problems, problem => problem.Message == "has RepositoryData, which no access network reports; leave it out");
        Assert.Contains("remove the report instead", Assert.Single(AccessReportDocument.Check("<Sh-Data/>"u8)).Message, StringComparison.Ordinal);
        Assert.Equal("Sh-Data/CSUserState", Assert.Single(AccessReportDocument.Check("<Sh-Data><CSUserState>9</CSUserState></Sh-Data>"u8)).Path);
    }

    [Fact]
    public void Locations_grow_older_and_the_rest_stays()
    {
        var report = new AccessReport("user@example.com", s_reported, ShDataSamples.Octets("access-report.xml"));
        var then = AccessReportDocument.ReadAt(report, s_reported.AddSeconds(59))!;
        Assert.Equal(0, then.CsLocation!.AgeMinutes);
        Assert.True(then.CsLocation.CurrentLocationRetrieved);
        var now = AccessReportDocument.ReadAt(report, s_reported.AddMinutes(10).AddSeconds(59))!;
        Assert.Equal((10, 32_767, 15, 10), (now.CsLocation!.AgeMinutes, now.PsLocation!.AgeMinutes, now.EpsLocation!.AgeMinutes, now.FiveGsLocation!.AgeMinutes));
        Assert.Null(now.CsLocation.CurrentLocationRetrieved);
        Assert.Equal(then.CsLocation with { AgeMinutes = 10, CurrentLocationRetrieved = null }, now.CsLocation);
        Assert.Equal((then.Tads, then.Imeisv, then.Csrn, then.EpsUserState), (now.Tads, now.Imeisv, now.Csrn, now.EpsUserState));
        Assert.Equal(32_767, AccessReportDocument.ReadAt(report, s_reported.AddYears(900))!.CsLocation!.AgeMinutes);
        Assert.Equal(0, AccessReportDocument.ReadAt(report, s_reported.AddYears(-1))!.CsLocation!.AgeMinutes);
    }

    [Fact]
    public void A_location_that_is_empty_stays_so_and_octets_that_are_no_report_give_nothing()
    {
        var empty = new AccessReport("user@example.com", s_reported, Encoding.UTF8.GetBytes("<Sh-Data><CSLocationInformation/></Sh-Data>"));
        Assert.Equal(new CsLocation(), AccessReportDocument.ReadAt(empty, s_reported.AddHours(1))!.CsLocation);
        Assert.Null(AccessReportDocument.ReadAt(new("user@example.com", s_reported, "x"u8.ToArray()), s_reported));
    }
}
