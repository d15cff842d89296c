%% An application server on Erlang/OTP's diameter application, driven by lines.
%%
%%   erl -noshell -pa FOLDER -run application_server main IDENTITY REALM LOCAL-ADDRESS PEER-ADDRESS PEER-PORT
%%
%% Input, one command a line, words apart by spaces, values percent-encoded (RFC 3986 2.1):
%%   UDR ID Name=value ...       the same for PUR and SNR. Group/Member=value puts a member into a group; a name twice is an AVP twice.
%%   result CODE                 what every PNR is answered from now on: 2001 is a Result-Code, e5107 an Experimental-Result of 3GPP
%%   silence                     PNRs get no answer from now on
%% Output:
%%   up HOST, down HOST          a connection opened, closed
%%   answer ID COMMAND Name=value ...
%%   failed ID REASON
%%   request COMMAND Name=value ...
%% Numbers are written in digits; times as seconds from 1970.
%% The end of the input is the end of the program.
-module(application_server).
-export([main/1]).
-export([peer_up/3, peer_down/3, pick_peer/5, prepare_request/4, prepare_retransmit/4, handle_answer/5, handle_error/5, handle_request/3]).

-include_lib("diameter/include/diameter.hrl").
-include_lib("diameter/include/diameter_gen_base_rfc6733.hrl").

-define(SERVICE, application_server).
-define(SH, 16777217).
-define(THREEGPP, 10415).
-define(SECONDS_TO_1970, 62167219200). % from the year 0, as calendar counts
-define(ANSWER_TIME, 8000).

main([Identity, Realm, Local, Peer, Port]) ->
    persistent_term:put(identity, {Identity, Realm}),
    persistent_term:put(result, {result, 2001}),
    ok = diameter:start(),
    ok = diameter:start_service(?SERVICE, [
        {'Origin-Host', Identity}, {'Origin-Realm', Realm}, {'Vendor-Id', ?THREEGPP}, {'Product-Name', "Erlang application server"},
        {'Host-IP-Address', [address(Local)]}, {'Supported-Vendor-Id', [?THREEGPP]},
        {'Vendor-Specific-Application-Id', [#'diameter_base_Vendor-Specific-Application-Id'{'Vendor-Id' = ?THREEGPP, 'Auth-Application-Id' = [?SH]}]},
        {string_decode, false}, {decode_format, map},
        % Without this one the common messages are those of RFC 3588.
        {application, [{alias, common}, {dictionary, diameter_gen_base_rfc6733}, {module, ?MODULE}]},
        {application, [{alias, sh}, {dictionary, sh_dictionary}, {module, ?MODULE}, {call_mutates_state, false}, {answer_errors, callback}]}]),
    {ok, _} = diameter:add_transport(?SERVICE, {connect, [
        {transport_module, diameter_tcp},
        {transport_config, [{raddr, address(Peer)}, {rport, list_to_integer(Port)}, {ip, address(Local)}]},
        {connect_timer, 1000}]}),
    listen().

listen() ->
    case io:get_line("") of
        eof -> halt(0);
        {error, _} -> halt(0);
        Line -> command(string:lexemes(string:trim(Line), " ")), listen()
    end.

command([]) -> ok;
command(["silence"]) -> persistent_term:put(result, silence);
command(["result", [$e | Code]]) -> persistent_term:put(result, {experimental, list_to_integer(Code)});
command(["result", Code]) -> persistent_term:put(result, {result, list_to_integer(Code)});
% Each in a process of its own: several may be under way.
command([Command, Id | Avps]) -> spawn(fun() -> request(list_to_atom(Command), Id, Avps) end).

request(Command, Id, Words) ->
    try
        Message = [Command | avps(Command, [split(Word) || Word <- Words])],
        case diameter:call(?SERVICE, sh, Message, [{extra, [Id]}, {timeout, ?ANSWER_TIME}]) of
            ok -> ok;
            {error, Reason} -> say("failed ~s ~0p", [Id, Reason])
        end
    catch
        Class:Problem:Stack -> say("failed ~s ~0p", [Id, {Class, Problem, Stack}])
    end.

%% --- the callbacks of diameter_app(3); those of our own requests get the id of the line as one more argument ---

peer_up(_, {_, #diameter_caps{origin_host = {_, Host}}}, State) -> say("up ~s", [Host]), State.

peer_down(_, {_, #diameter_caps{origin_host = {_, Host}}}, State) -> say("down ~s", [Host]), State.

pick_peer([Peer | _], _, _, _, _) -> {ok, Peer};
pick_peer([], _, _, _, _) -> false.

prepare_request(#diameter_packet{msg = [Command | Avps]}, _, {_, Caps}, _) ->
    #diameter_caps{origin_host = {Host, _}, origin_realm = {Realm, _}} = Caps,
    Base = #{'Session-Id' => diameter:session_id(Host), 'Vendor-Specific-Application-Id' => application(), 'Auth-Session-State' => 1,
             'Origin-Host' => Host, 'Origin-Realm' => Realm, 'Destination-Realm' => Realm},
    {send, [Command | maps:merge(Base, Avps)]}.

prepare_retransmit(Packet, _, _, _) -> {send, Packet}.

handle_answer(#diameter_packet{msg = [Command | Avps], errors = []}, _, _, _, Id) -> say("answer ~s ~s~s", [Id, Command, text(Avps)]), ok;
handle_answer(#diameter_packet{errors = Errors}, _, _, _, _) -> {error, {undecodable, Errors}}.

handle_error(Reason, _, _, _, _) -> {error, Reason}.

handle_request(#diameter_packet{msg = [Command | Avps], errors = []}, _, _) ->
    say("request ~s~s", [Command, text(Avps)]),
    case persistent_term:get(result) of
        silence -> discard;
        Result -> {reply, ['PNA' | maps:merge(result(Result), answer(Avps))]}
    end;
% Ours to see, and the stack's to answer by its fault.
handle_request(#diameter_packet{msg = [Command | _], errors = Errors}, _, _) -> say("undecodable ~s ~0p", [Command, Errors]), {answer_message, 5012}.

answer(#{'Session-Id' := Session}) ->
    {Host, Realm} = persistent_term:get(identity),
    #{'Session-Id' => Session, 'Vendor-Specific-Application-Id' => application(), 'Auth-Session-State' => 1, 'Origin-Host' => Host, 'Origin-Realm' => Realm}.

result({result, Code}) -> #{'Result-Code' => [Code]};
result({experimental, Code}) -> #{'Experimental-Result' => [#{'Vendor-Id' => ?THREEGPP, 'Experimental-Result-Code' => Code}]}.

application() -> #{'Vendor-Id' => ?THREEGPP, 'Auth-Application-Id' => [?SH]}.

%% --- words to AVPs ---

split(Word) ->
    [Path, Value] = string:split(Word, "="),
    {[list_to_atom(Name) || Name <- string:split(Path, "/")], uri_string:percent_decode(list_to_binary(Value))}.

avps(Owner, Words) ->
    Names = lists:uniq([Name || {[Name | _], _} <- Words]),
    maps:from_list([{Name, arity(Owner, Name, values(Name, [{Rest, Value} || {[One | Rest], Value} <- Words, One =:= Name]))} || Name <- Names]).

values(Name, [{[], _} | _] = Plain) -> [value(Name, Value) || {[], Value} <- Plain];
% One group of each name is all that the tests need.
values(Name, Members) -> [avps(Name, Members)].

arity(Owner, Name, [Value]) -> case sh_dictionary:avp_arity(Owner, Name) of 1 -> Value; _ -> [Value] end;
arity(_, _, Values) -> Values.

value(Name, Value) ->
    case type(Name) of
        "Time" -> calendar:gregorian_seconds_to_datetime(binary_to_integer(Value) + ?SECONDS_TO_1970);
        Number when Number =:= "Enumerated"; Number =:= "Unsigned32"; Number =:= "Unsigned64" -> binary_to_integer(Value);
        _ -> Value
    end.

type(Name) ->
    Text = atom_to_list(Name),
    [1 | Dictionary] = sh_dictionary:dict(),
    {_, Own} = lists:keyfind(avp_types, 1, Dictionary),
    case lists:keyfind(Text, 1, Own) of
        {_, _, Type, _} -> Type;
        false when Text =:= "Vendor-Id"; Text =:= "Auth-Session-State" -> "Unsigned32"; % of the base protocol
        false -> "OctetString"
    end.

%% --- AVPs to words ---

text(Avps) -> maps:fold(fun(Name, Value, Before) -> [Before, word([], Name, Value)] end, [], Avps).

word(Path, Name, Values) when is_list(Values) -> [word(Path, Name, Value) || Value <- Values];
word(Path, Name, #{} = Group) -> [word([Path, atom_to_list(Name), $/], Member, Value) || {Member, Value} <- maps:to_list(Group)];
word(Path, Name, Value) -> [$\s, Path, atom_to_list(Name), $=, escaped(Value)].

escaped(Value) when is_integer(Value) -> integer_to_list(Value);
escaped(Value) when is_binary(Value) -> [percent(Octet) || <<Octet>> <= Value];
escaped({{_, _, _}, {_, _, _}} = Time) -> integer_to_list(calendar:datetime_to_gregorian_seconds(Time) - ?SECONDS_TO_1970);
escaped(#diameter_avp{name = Name, value = Value}) when Value =/= undefined -> [atom_to_list(Name), $:, escaped(Value)];
escaped(#diameter_avp{code = Code, data = Data}) -> [integer_to_list(Code), $:, escaped(Data)];
escaped(Other) -> escaped(iolist_to_binary(io_lib:format("~0p", [Other]))).

percent(Octet) when Octet > $\s, Octet < 127, Octet =/= $% -> Octet;
percent(Octet) -> io_lib:format("%~2.16.0B", [Octet]).

say(Format, Arguments) -> io:put_chars(iolist_to_binary([io_lib:format(Format, Arguments), $\n])).

address(Text) -> {ok, Address} = inet:parse_address(Text), Address.
