using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Reads the IFCs element: what <see cref="UserDataXml"/> writes, as far as Sh-Data has it.</summary>
/// Errors: as <see cref="ShXmlInput"/>. Spec: TS 29.328 Annex D, TS 29.228 B.2.2, B.2.3, Annex E.
internal static class ShFilterReader
{
    public static ImmutableArray<InitialFilterCriteria> Read(ShXmlInput xml)
    {
        var filters = ImmutableArray.CreateBuilder<InitialFilterCriteria>();
        xml.Enter();
        while (xml.Next())
        {
            if (xml.Name == "InitialFilterCriteria") filters.Add(ReadFilter(xml, filters.Count));
            else xml.Skip();
        }
        xml.Leave();
        return filters.ToImmutable();
    }

    private static InitialFilterCriteria ReadFilter(ShXmlInput xml, int index)
    {
        int? priority = null;
        TriggerPoint? triggerPoint = null;
        ApplicationServer? server = null;
        ProfilePartIndicator? part = null;
        xml.Enter(index);
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "Priority": priority = xml.Integer(0, int.MaxValue); break;
                case "TriggerPoint": triggerPoint = ReadTriggerPoint(xml); break;
                case "ApplicationServer": server = ReadServer(xml); break;
                case "ProfilePartIndicator": part = (ProfilePartIndicator)xml.Integer(0, 1); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(priority is not null, "Priority");
        xml.Need(server is not null, "ApplicationServer");
        xml.Leave();
        return new()
        {
            Priority = priority ?? 0,
            TriggerPoint = triggerPoint,
            ApplicationServer = server ?? new() { ServerName = "" },
            ProfilePartIndicator = part,
        };
    }

    private static TriggerPoint ReadTriggerPoint(ShXmlInput xml)
    {
        bool? isCnf = null;
        var triggers = ImmutableArray.CreateBuilder<ServicePointTrigger>();
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "ConditionTypeCNF": isCnf = xml.Flag(); break;
                case "SPT": triggers.Add(ReadTrigger(xml, triggers.Count)); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(isCnf is not null, "ConditionTypeCNF");
        xml.Need(triggers.Count > 0, "SPT");
        xml.Leave();
        return new() { ConditionTypeCnf = isCnf ?? false, ServicePointTriggers = triggers.ToImmutable() };
    }

    private static ServicePointTrigger ReadTrigger(ShXmlInput xml, int index)
    {
        var groups = ImmutableArray.CreateBuilder<int>();
        var types = ImmutableArray.CreateBuilder<RegistrationType>();
        var trigger = new ServicePointTrigger { Groups = [] };
        var conditions = 0;
        xml.Enter(index);
        while (xml.Next())
        {
            if (xml.Name is "RequestURI" or "Method" or "SIPHeader" or "SessionCase" or "SessionDescription") conditions++;
            switch (xml.Name)
            {
                case "ConditionNegated": trigger = trigger with { Negated = xml.Flag() }; break;
                case "Group": groups.Add(xml.Integer(0, int.MaxValue, repeated: true)); break;
                case "RequestURI": trigger = trigger with { RequestUri = Text(xml) }; break;
                case "Method": trigger = trigger with { Method = Text(xml) }; break;
                case "SIPHeader": trigger = trigger with { SipHeader = ReadHeader(xml) }; break;
                case "SessionCase": trigger = trigger with { SessionCase = (SessionCase)xml.Integer(0, 4) }; break;
                case "SessionDescription": trigger = trigger with { SessionDescription = ReadDescription(xml) }; break;
                case "RegistrationType": types.Add((RegistrationType)xml.Integer(0, 2, repeated: true)); break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(groups.Count > 0, "Group");
        if (conditions != 1) xml.FailHere("has not one of RequestURI, Method, SIPHeader, SessionCase and SessionDescription; send one");
        if (types.Count > 2) xml.FailHere("has more than two RegistrationType; send two, or none for every kind");
        xml.Leave();
        return trigger with { Groups = groups.ToImmutable(), RegistrationTypes = types.ToImmutable() };
    }

    private static HeaderCondition ReadHeader(ShXmlInput xml)
    {
        var (header, content) = ReadPair(xml, "Header");
        return new(header, content);
    }

    private static SessionDescriptionCondition ReadDescription(ShXmlInput xml)
    {
        var (line, content) = ReadPair(xml, "Line");
        return new(line, content);
    }

    private static (string Name, string? Content) ReadPair(ShXmlInput xml, string name)
    {
        string? value = null, content = null;
        xml.Enter();
        while (xml.Next())
        {
            if (xml.Name == name) value = Text(xml);
            else if (xml.Name == "Content") content = Text(xml);
            else xml.Skip();
        }
        xml.Need(value is not null, name);
        xml.Leave();
        return (value ?? "", content);
    }

    private static ApplicationServer ReadServer(ShXmlInput xml)
    {
        string? name = null;
        var server = new ApplicationServer { ServerName = "" };
        xml.Enter();
        while (xml.Next())
        {
            switch (xml.Name)
            {
                case "ServerName": name = xml.Value(ShValueRule.SipUri); break;
                case "DefaultHandling": server = server with { DefaultHandling = (DefaultHandling)xml.Integer(0, 1) }; break;
                case "ServiceInfo": server = server with { ServiceInfo = Text(xml) }; break;
                case "IncludeRegisterRequest": server = server with { IncludeRegisterRequest = IsThere(xml) }; break;
                case "IncludeRegisterResponse": server = server with { IncludeRegisterResponse = IsThere(xml) }; break;
                default: xml.Skip(); break;
            }
        }
        xml.Need(name is not null, "ServerName");
        xml.Leave();
        return server with { ServerName = name ?? "" };
    }

    // Not trimmed: blanks are part of an expression.
    private static string Text(ShXmlInput xml)
    {
        var text = xml.Text();
        if (text.Length == 0) xml.FailChild(ShValueRule.Text.Need);
        return text;
    }

    private static bool IsThere(ShXmlInput xml)
    {
        xml.Skip();
        return true;
    }
}
