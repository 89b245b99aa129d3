%% The program: command line, one scenario, exit status.
-module(taskweight).
-export([start/0]).

-define(SCENARIOS, ["switch", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog"]).
-define(CLOCK_READINGS, 1000).
-define(CLOCK_TRIES, 20).

%% What a level of calls keeps in `deep`, and what it counts; and the greatest depth, so that memory lasts.
-define(LEVEL_WORDS, 32).
-define(LEVEL_BYTES, (?LEVEL_WORDS * 8)).
-define(DEEPEST, (1 bsl 28)).

%% Runs the program in a process of its own; whatever ends that one early ends the program.
start() ->
    {_, Monitor} = spawn_monitor(fun main/0),
    receive
        {'DOWN', Monitor, process, _, {usage, Mistake}} -> stop(2, Mistake);
        {'DOWN', Monitor, process, _, {failed, Failure}} -> stop(1, Failure);
        {'DOWN', Monitor, process, _, Reason} -> stop(1, io_lib:format("~0p", [Reason]))
    end.

stop(Status, Message) ->
    io:put_chars(standard_error, ["error: ", Message, "\n"]),
    erlang:halt(Status).

main() ->
    {Scenario, Options} = parse(init:get_plain_arguments()),
    protocol:start(),
    #{tasks := Tasks, operations := Operations} = Options,
    case Scenario of
        "spawn" -> spawn_scenario(Tasks, Operations);
        "idle" -> parked_scenario(Tasks, fun park/0);
        "deep" -> parked_scenario(Tasks, deep(maps:get(depth, Options), maps:is_key(hold, Options)));
        "echo" -> echo_scenario(Tasks, Operations, maps:get(socket, Options));
        _ -> behind_gate(list_to_existing_atom(Scenario), Tasks, Operations)
    end,
    %% Without tearing the tasks down, which can take longer than the run.
    erlang:halt(0, [{flush, false}]).

%% The command line: SCENARIO --tasks N --operations M [--workers W] [--socket PATH] [--depth BYTES [--hold]]
parse([]) ->
    usage("a scenario is missing: ~s", [lists:join(", ", ?SCENARIOS)]);
parse([Scenario | Words]) ->
    lists:member(Scenario, ?SCENARIOS) orelse
        usage("erlang does not offer scenario ~ts, only: ~s", [Scenario, lists:join(", ", ?SCENARIOS)]),
    Options = options(Words),
    [maps:is_key(Option, Options) orelse usage("--~s is missing", [Option]) || Option <- [tasks, operations]],
    Scenario =:= "switch" andalso maps:get(tasks, Options) < 2 andalso
        usage("scenario switch needs at least 2 tasks", []),
    (Scenario =:= "echo") =:= maps:is_key(socket, Options) orelse usage("--socket belongs to scenario echo", []),
    Deep = Scenario =:= "deep",
    Deep =:= maps:is_key(depth, Options) andalso (Deep orelse not maps:is_key(hold, Options)) orelse
        usage("--depth and --hold belong to scenario deep, which needs the first", []),
    set_workers(Options),
    {Scenario, Options}.

options([]) -> #{};
options(["--tasks", N | Words]) -> (options(Words))#{tasks => positive("--tasks", N)};
options(["--operations", M | Words]) -> (options(Words))#{operations => positive("--operations", M)};
options(["--workers", W | Words]) -> (options(Words))#{workers => positive("--workers", W)};
options(["--socket", Path | Words]) -> (options(Words))#{socket => Path};
options(["--depth", D | Words]) -> (options(Words))#{depth => positive("--depth", D)};
options(["--hold" | Words]) -> (options(Words))#{hold => true};
options([Word | _]) -> usage("no option ~ts, or its value is missing", [Word]).

positive(Option, Word) ->
    case string:to_integer(Word) of
        {Number, []} when Number > 0, Number < 1 bsl 63 -> Number;
        _ -> usage("~s takes a number from 1, not ~ts", [Option, Word])
    end.

%% As many schedulers as asked for take part; the runtime has one for each CPU, and uses all by default.
set_workers(#{workers := Workers}) ->
    Schedulers = erlang:system_info(schedulers),
    Workers =< Schedulers orelse usage("--workers ~b: the runtime has ~b schedulers", [Workers, Schedulers]),
    erlang:system_flag(schedulers_online, Workers);
set_workers(_) ->
    ok.

usage(Format, Arguments) ->
    exit({usage, io_lib:format(Format, Arguments)}).

behind_gate(Scenario, Count, Operations) ->
    Clock = clock_cost(),
    Tasks = work:create(Scenario, Count, Operations),
    protocol:ready(Tasks, Count, []),
    OpenedAt = work:open(Tasks),
    {Tokens, Elapsed, Result} = work:await_finish(OpenedAt, finishers(Scenario, Count), Scenario),
    {Counted, Times} = work:reports(Tasks),
    check(Operations, Counted, Tokens),
    protocol:done(Operations, switches(Scenario, Count, Operations), Elapsed, more(Scenario, Clock, Times, Result)).

finishers(switch, _Count) -> 1;
finishers(_Scenario, Count) -> Count.

%% Which yields passed control to another process, only the scheduler knows: all that were made.
switches(yield, 1, _Operations) -> 0;
switches(Scenario, _Count, _Operations) when Scenario =:= control; Scenario =:= cpu -> 0;
switches(_Scenario, _Count, Operations) -> Operations.

more(switch, Clock, Times, _) -> [{hand_over_ns, histogram:count([T - Clock || T <- Times])}, {clock_ns, Clock}];
more(hog, _, Times, _) -> [{lateness_ns, histogram:count(Times)}];
more(cpu, _, _, Result) -> [{checksum, Result}];
more(_, _, _, _) -> [].

%% What one reading of the clock costs, in nanoseconds: the best of several means.
clock_cost() ->
    Native = lists:min([read_clock(?CLOCK_READINGS, erlang:monotonic_time()) || _ <- lists:seq(1, ?CLOCK_TRIES)]),
    erlang:convert_time_unit(Native, native, nanosecond) div ?CLOCK_READINGS.

read_clock(1, First) ->
    erlang:monotonic_time() - First;
read_clock(Readings, First) ->
    _ = erlang:monotonic_time(),
    read_clock(Readings - 1, First).

%% Processes that only count themselves are created and waited for, in batches.
spawn_scenario(Batch, Operations) ->
    Counter = counters:new(1, [write_concurrency]),
    Task = fun() -> counters:add(Counter, 1, 1) end,
    protocol:ready([], Batch, []),
    Begun = erlang:monotonic_time(),
    spawn_batches(Task, Batch, Operations),
    Elapsed = erlang:convert_time_unit(erlang:monotonic_time() - Begun, native, nanosecond),
    check(Operations, counters:get(Counter, 1), Operations),
    protocol:done(Operations, Operations, Elapsed, []).

spawn_batches(_Task, _Batch, 0) ->
    ok;
spawn_batches(Task, Batch, Operations) ->
    Count = min(Batch, Operations),
    Created = [spawn_monitor(Task) || _ <- lists:seq(1, Count)],
    [receive {'DOWN', Monitor, process, _, normal} -> ok end || {_, Monitor} <- Created],
    spawn_batches(Task, Batch, Operations - Count).

%% Processes that are created and wait for ever, and weigh nothing but what a process weighs.
parked_scenario(Count, Task) ->
    {Tasks, More} = create_parked(Task, Count, []),
    protocol:await_parked(Tasks),
    protocol:ready(Tasks, length(Tasks), [{runtime_stacks, runtime_stacks(Tasks)} | More]),
    protocol:done(length(Tasks), 0, 1, []).

create_parked(_Task, 0, Tasks) ->
    {Tasks, []};
create_parked(Task, Count, Tasks) ->
    try spawn(Task) of
        Pid -> create_parked(Task, Count - 1, [Pid | Tasks])
    catch
        error:system_limit ->
            {Tasks, [{stopped_by, <<"+P ", (integer_to_binary(erlang:system_info(process_limit)))/binary>>}]}
    end.

park() ->
    receive after infinity -> 0 end.

%% What a process of `deep` does: calls itself down, and parks there or back at the top.
deep(Depth, _Hold) when Depth > ?DEEPEST ->
    exit({failed, io_lib:format("--depth ~b: a process is to hold at most ~b", [Depth, ?DEEPEST])});
deep(Depth, Hold) ->
    Levels = (Depth + ?LEVEL_BYTES - 1) div ?LEVEL_BYTES,
    case Hold of
        true -> fun() -> descend(Levels, fun park/0) end;
        false -> fun() -> descend(Levels, fun() -> 0 end), park() end
    end.

%% Recurses until `Levels` levels are suspended, each with its own tuple; the deepest calls `Bottom`. What is
%% left when they have returned stays with the process until its next collection, which one that is parked does not have.
descend(Levels, Bottom) ->
    Words = erlang:make_tuple(?LEVEL_WORDS, Levels),
    Below =
        case Levels of
            1 -> Bottom();
            _ -> descend(Levels - 1, Bottom)
        end,
    Below + element(Levels rem ?LEVEL_WORDS + 1, Words).

%% What the runtime says of the stacks: the stack of a process grows into the block in which it has its heap.
runtime_stacks(Tasks) ->
    Words = lists:sum([block_words(Task) || Task <- Tasks]),
    Source = <<"process_info total_heap_size, the block that the stack and the heap of a process share">>,
    #{bytes => Words * erlang:system_info(wordsize), source => Source}.

block_words(Task) ->
    {total_heap_size, Words} = erlang:process_info(Task, total_heap_size),
    Words.

echo_scenario(Connections, Operations, Path) ->
    Server = echo:listen(Path),
    Tasks = echo:accept(Server, Connections, Operations),
    protocol:ready(Tasks, Connections, []),
    Begun = erlang:monotonic_time(),
    {Token, At} = echo:await_finish(),
    check(Operations, echo:counters(Tasks), Token),
    protocol:done(Operations, Operations, erlang:convert_time_unit(At - Begun, native, nanosecond), []).

%% The program's proof: what was asked for, what the tasks counted, and the tokens' value.
check(Asked, Asked, Asked) ->
    ok;
check(Asked, Counted, Tokens) ->
    Format = "asked for ~b operations, but the tasks counted ~b and the tokens ~b",
    exit({failed, io_lib:format(Format, [Asked, Counted, Tokens])}).
