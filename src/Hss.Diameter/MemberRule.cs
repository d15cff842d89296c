namespace Hss.Diameter;

/// <summary>One line of a grammar: an AVP, whether it must be there and whether it may be there again.</summary>
/// Spec: RFC 6733 3.2 (rule and qualifier of an AVP).
public sealed record MemberRule(AvpDefinition Avp, bool Required, bool Repeatable);
