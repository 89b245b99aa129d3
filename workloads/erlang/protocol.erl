%% The conversation with taskweight: one JSON object a line on stdout, one word a line on stdin.
-module(protocol).
-export([start/0, await_parked/1, ready/3, done/4]).

-define(LINE_BYTES, 64).

%% Schedulers look for work for a while before they sleep: when this has gone by, they do.
-define(SETTLE_MS, 20).

%% Starts to listen on stdin; the calling process receives what was read. The end of the input ends the program even in
%% the middle of a long run: the runtime gives every process its turn.
start() ->
    Program = self(),
    register(?MODULE, spawn(fun() -> listen(Program, open_port({fd, 0, 1}, [in, {line, ?LINE_BYTES}, eof])) end)).

listen(Program, Port) ->
    receive
        {Port, {data, {eol, "exit" = Line}}} ->
            Program ! {line, Line};
        {Port, {data, {_, Line}}} ->
            Program ! {line, Line},
            listen(Program, Port);
        {Port, eof} ->
            erlang:halt(1, [{flush, false}])
    end.

%% Says that these tasks are parked, and waits for `go`.
ready(Tasks, Count, More) ->
    await_parked(Tasks),
    timer:sleep(?SETTLE_MS),
    Runtime = list_to_binary("Erlang/OTP " ++ erlang:system_info(otp_release)),
    say(ready, [{tasks, Count}, {runtime, Runtime} | More]),
    expect("go").

%% Says what was done, and waits for `exit`.
done(Operations, LogicalSwitches, ElapsedNs, More) ->
    Fields = [{operations, Operations}, {logical_switches, LogicalSwitches}, {elapsed_ns, max(1, ElapsedNs)}],
    say(done, Fields ++ More),
    expect("exit").

%% Waits until all of these processes wait for a message.
await_parked(Tasks) ->
    lists:foreach(fun await_waiting/1, Tasks).

await_waiting(Task) ->
    case erlang:process_info(Task, status) of
        {status, waiting} ->
            ok;
        {status, _} ->
            erlang:yield(),
            await_waiting(Task)
    end.

say(Event, Fields) ->
    Texts = [[",", field(Name, Value)] || {Name, Value} <- Fields],
    io:put_chars(["{\"event\":\"", atom_to_list(Event), "\"", Texts, "}\n"]).

field(Name, Value) ->
    io_lib:format("\"~s\":~ts", [Name, json(Value)]).

%% A number, a text that needs no escapes, an object, or a list of pairs of numbers.
json(Number) when is_integer(Number) ->
    integer_to_list(Number);
json(Text) when is_binary(Text) ->
    ["\"", Text, "\""];
json(Object) when is_map(Object) ->
    ["{", lists:join(",", [field(Name, Value) || {Name, Value} <- maps:to_list(Object)]), "}"];
json(Pairs) when is_list(Pairs) ->
    ["[", lists:join(",", [io_lib:format("[~b,~b]", [Value, Count]) || {Value, Count} <- Pairs]), "]"].

expect(Word) ->
    receive
        {line, Word} ->
            ok;
        {line, Line} ->
            exit({failed, io_lib:format("protocol: expected the line ~s, read ~s", [Word, Line])})
    end.
