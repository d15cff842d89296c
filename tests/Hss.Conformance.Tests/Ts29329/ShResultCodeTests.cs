namespace Hss.Conformance.Tests.Ts29329;

/// <summary>TS 29.329 6.2: the numbers of the results that Sh has besides those of Cx.</summary>
public sealed class ShResultCodeTests
{
    [Theory]
    [InlineData(ExperimentalResultCode.ErrorUserUnknown, 5001)]
    [InlineData(ExperimentalResultCode.ErrorIdentitiesDontMatch, 5002)]
    [InlineData(ExperimentalResultCode.ErrorTooMuchData, 5008)]
    [InlineData(ExperimentalResultCode.ErrorFeatureUnsupported, 5011)]
    [InlineData(ExperimentalResultCode.ErrorUserDataNotRecognized, 5100)]
    [InlineData(ExperimentalResultCode.ErrorOperationNotAllowed, 5101)]
    [InlineData(ExperimentalResultCode.ErrorUserDataCannotBeRead, 5102)]
    [InlineData(ExperimentalResultCode.ErrorUserDataCannotBeModified, 5103)]
    [InlineData(ExperimentalResultCode.ErrorUserDataCannotBeNotified, 5104)]
    [InlineData(ExperimentalResultCode.ErrorTransparentDataOutOfSync, 5105)]
    [InlineData(ExperimentalResultCode.ErrorSubsDataAbsent, 5106)]
    [InlineData(ExperimentalResultCode.ErrorNoSubscriptionToData, 5107)]
    [InlineData(ExperimentalResultCode.ErrorDsaiNotAvailable, 5108)]
    [InlineData(ExperimentalResultCode.UserDataNotAvailable, 4100)]
    [InlineData(ExperimentalResultCode.PriorUpdateInProgress, 4101)]
    public void Results_of_Sh_have_the_numbers_of_the_text(ExperimentalResultCode code, uint number) => Assert.Equal(number, (uint)code);
}
