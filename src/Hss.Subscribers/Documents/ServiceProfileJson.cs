using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>One service profile by itself as JSON, as it stands in a subscription document; for looking at filters without a subscriber.</summary>
/// Errors: <see cref="Read"/> lists every problem and never throws for one. Spec: TS 29.228 B.2.2.
public static class ServiceProfileJson
{
    /// <summary>Who stands in User-Data that is made of a profile alone.</summary>
    private const string SampleRealm = "ims.example.org";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>Templates and sets are rendered, and every lint rule that looks at filters runs.</summary>
    public static ServiceProfileReading Read(ReadOnlyMemory<byte> utf8, IfcTemplates templates)
    {
        ArgumentNullException.ThrowIfNull(templates);
        var problems = new ProblemList();
        ServiceProfile? profile = null;
        if (utf8.Length > SubscriptionJson.MaxDocumentBytes)
            problems.Add(DocumentPath.Root, $"the document has {utf8.Length} octets, at most {SubscriptionJson.MaxDocumentBytes} are allowed");
        else
        {
            try
            {
                using var document = JsonDocument.Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8, new() { MaxDepth = 16 });
                profile = new ServiceProfileReader(templates, problems).Read(document.RootElement, DocumentPath.Root);
            }
            catch (JsonException exception)
            {
                problems.Add(DocumentPath.Root, $"no valid JSON at line {exception.LineNumber + 1}, octet {exception.BytePositionInLine + 1}");
            }
        }
        if (profile is not null && problems.IsEmpty) UserDataSize.Check(Sample(profile), 0, DocumentPath.Root, problems);
        return new(problems.IsEmpty ? profile : null, problems.Problems, problems.Warnings);
    }

    /// <summary>With every filter written out, shared ones too, and nothing said of templates: what an S-CSCF evaluates.</summary>
    public static ReadOnlyMemory<byte> WriteRendered(ServiceProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options)) ServiceProfileWriter.Write(json, profile, ServiceProfileForm.WrittenOut);
        return buffer.WrittenMemory;
    }

    /// <summary>User-Data that an S-CSCF would get for a user with this profile, who is user@ims.example.org.</summary>
    public static ReadOnlyMemory<byte> WriteUserData(ServiceProfile profile) => UserDataXml.Write(Sample(profile), 0, "user@" + SampleRealm);

    private static Subscription Sample(ServiceProfile profile) => new()
    {
        SubscriptionId = "sample",
        PrivateIdentities = [new() { Identity = "user@" + SampleRealm, Credentials = new(null, null), AllowedSchemes = default, DefaultScheme = default }],
        ImplicitRegistrationSets = [new() { PublicIdentities = [new() { Identity = "sip:user@" + SampleRealm, ServiceProfile = profile.Name }] }],
        ServiceProfiles = [profile],
    };
}

/// <summary>The profile, or what keeps it from being one. ServiceProfile is null exactly when Problems is not empty.</summary>
public sealed record ServiceProfileReading(ServiceProfile? ServiceProfile, ImmutableArray<DocumentProblem> Problems, ImmutableArray<DocumentProblem> Warnings);
