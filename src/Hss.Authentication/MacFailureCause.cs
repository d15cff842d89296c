namespace Hss.Authentication;

/// <summary>What was wrong with an AUTS or an AUTN that does not verify: a supposition that does verify, or none.</summary>
public enum MacFailureCause
{
    None = 0,
    OpGivenAsOpc,
    KAndOpcExchanged,
    KAndOpExchanged,
    AmfStarNotZero,
    SqnMsNotConcealed,
    SqnMsConcealedWithF5,
    AutnInPlaceOfAuts,
    AutsBeforeRand,
    WrongKeyOrRand,

    /// <summary>Only where OP is in hand: a store keeps OPc alone.</summary>
    OpcGivenAsOp,

    /// <summary>OP and OPc were both given; OP is right.</summary>
    OpcNotOfOp,

    /// <summary>One of the other challenges that were given fits.</summary>
    OtherChallenge,

    /// <summary>Decoded once more it verifies: hexadecimal or base64 of text that was encoded already.</summary>
    EncodedTwice,
    RandInPlaceOfAuts,

    /// <summary>14 octets where AUTN has 16, and they are a genuine AUTS.</summary>
    AutsInPlaceOfAutn,
    AutnBeforeRand,

    /// <summary>AUTN's MAC-A fits another AMF than the one that stands in AUTN.</summary>
    AmfChanged,
    SqnNotConcealed,
    SqnConcealedWithF5Star,

    /// <summary>Nothing could be tried, because there is no reading with the right number of octets.</summary>
    WrongLength,
}
