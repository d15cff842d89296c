using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>A registered command as the path of a request needs it: everything looked up beforehand.</summary>
internal sealed class Command(DiameterApplication application, byte[][] answerPreamble, ProcedureRegistration registration)
{
    /// <summary>The name of the application.</summary>
    public string ApplicationName { get; } = application.Name;

    /// <summary>The short name of the request.</summary>
    public string Name { get; } = registration.Grammar.Abbreviation;

    /// <summary>The flags a request of this command has.</summary>
    public CommandFlags Flags { get; } = registration.Grammar.Flags;

    /// <summary>The AVPs every answer of the application begins with.</summary>
    public byte[][] AnswerPreamble { get; } = answerPreamble;

    /// <summary>The AVPs every answer repeats.</summary>
    public AvpKey[] EchoedAvps { get; } = [.. registration.EchoedAvps.Select(avp => avp.Key)];

    /// <summary>Whether copies of its requests get the same answer again.</summary>
    public bool RemembersAnswers { get; } = registration.RemembersAnswers;

    /// <summary>How to read and serve it.</summary>
    public ProcedureRegistration Registration { get; } = registration;
}
