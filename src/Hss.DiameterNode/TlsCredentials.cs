using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hss.DiameterNode;

/// <summary>What this node shows of itself in a handshake, and whom it believes.</summary>
/// Shape: immutable; a reload makes a new one, and connections that stand keep what they were made with. Order: any thread.
/// Nothing is disposed on a reload: handshakes under way still use the old one, and the collector frees its key.
public sealed class TlsCredentials
{
    private readonly X509Certificate2Collection _authorities;

    private TlsCredentials(X509Certificate2 certificate, SslStreamCertificateContext context, X509Certificate2Collection authorities)
    {
        Certificate = certificate;
        Context = context;
        _authorities = authorities;
    }

    /// <summary>This node's own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate with its key and the intermediate certificates to send along.</summary>
    internal SslStreamCertificateContext Context { get; }

    /// <param name="certificatePem">The node's certificate, then the intermediate certificates up to its authority.</param>
    /// <param name="keyPem">Its private key, not encrypted.</param>
    /// <param name="authoritiesPem">The authorities that are believed, one or more.</param>
    /// Errors: <see cref="InvalidDataException"/>, one line that says which of the three is wrong.
    public static TlsCredentials FromPem(string certificatePem, string keyPem, string authoritiesPem)
    {
        X509Certificate2Collection chain = Read(certificatePem, "the certificate file");
        X509Certificate2Collection authorities = Read(authoritiesPem, "the CA file");
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            chain.RemoveAt(0);

            // Offline: a missing intermediate certificate is the operator's to add, not to be fetched from where a certificate points to.
            return new TlsCredentials(certificate, SslStreamCertificateContext.Create(certificate, chain, offline: true), authorities);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"the key file has no usable key for the certificate ({OneLine(e)})", e);
        }
    }

    /// <summary>How the far end's certificate is verified; a new object each time, because a handshake writes into it.</summary>
    /// <remarks>
    /// Only the configured authorities count, never those of the system: they vouch for web sites, not for who may ask for vectors.
    /// Nothing is fetched: revocation lists and missing certificates would make a handshake wait for hosts that the far end chooses. A node
    /// that is no longer to be let in is taken out of Diameter:Peers, or its certificate runs out; dates are checked.
    /// Extended key usage: a certificate that has this extension must allow the far end's part, TLS client for who connects and TLS server
    /// for who is dialled (RFC 5280 4.2.1.12; RFC 6733 asks for no more). The handshake adds that demand when the list of policies is
    /// empty. One that has no such extension may do both, as those of nodes that dial and accept often are.
    /// </remarks>
    internal X509ChainPolicy VerificationPolicy(TimeProvider time)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTimeIgnored = false,
            VerificationTime = time.GetUtcNow().UtcDateTime,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private static X509Certificate2Collection Read(string pem, string what)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{what} cannot be read ({OneLine(e)})", e);
        }

        return certificates.Count > 0 ? certificates : throw new InvalidDataException($"{what} has no certificate in PEM form");
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
