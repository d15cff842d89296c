namespace Hss.Subscribers;

/// <summary>Writes the Cx user profile (User-Data, AVP 606) of one implicit registration set for one private identity.</summary>
public static class UserDataXml
{
    public static ReadOnlyMemory<byte> Write(Subscription subscription, int setIndex, string privateIdentity) =>
        throw new NotSupportedException();
}
