%% What the tasks of a scenario do behind the gate.
%%
%% A task counts its operations in an argument of its loop, and its times in another. When it has finished it tells the
%% supervisor, and then waits, like those of the ring that receive no token any more, to be asked for both.
-module(work).
-export([create/3, open/1, await_finish/3, reports/1]).

-define(SAMPLE, 64).
-define(TICK_NS, 1_000_000).
-define(HOG_NS, 200_000_000).
-define(ROUNDS, 10_000).
-define(MASK, 16#FFFFFFFF).

%% Creates the tasks, and waits until all have come to the gate. In `hog` the first is the one that computes.
create(Scenario, Count, Operations) ->
    Supervisor = self(),
    Indices = lists:seq(extra(Scenario), Count - 1),
    Tasks = [spawn_link(fun() -> live(Scenario, Supervisor, Index, Count, Operations) end) || Index <- Indices],
    [Task ! {next, Next} || {Task, Next} <- lists:zip(Tasks, tl(Tasks) ++ [hd(Tasks)])],
    [receive {arrived, Task} -> ok end || Task <- Tasks],
    Tasks.

extra(hog) -> -1;
extra(_) -> 0.

live(Scenario, Supervisor, Index, Count, Operations) ->
    Next = receive {next, Pid} -> Pid end,
    Supervisor ! {arrived, self()},
    OpenedAt = receive {open, At} -> At end,
    case Scenario of
        switch when Index =:= 0 -> hold(0, Supervisor, Next, Operations, 0, []);
        switch -> await_token(Supervisor, Next, Operations, 0, []);
        hog when Index < 0 -> hog(Supervisor, OpenedAt + native(?HOG_NS));
        hog -> tick(Supervisor, OpenedAt, share(Operations, Count, Index), 0, []);
        cpu -> chunks(Supervisor, Index, Count, Operations, 0, 0);
        control -> count(Supervisor, share(Operations, Count, Index), 0);
        yield -> give_way(Supervisor, share(Operations, Count, Index), 0)
    end.

%% The operations of a task when `Count` share them: the first take the rest.
share(Operations, Count, Index) when Index < Operations rem Count -> Operations div Count + 1;
share(Operations, Count, _Index) -> Operations div Count.

native(Nanoseconds) ->
    erlang:convert_time_unit(Nanoseconds, nanosecond, native).

%% Starts the clock and opens the gate.
open(Tasks) ->
    OpenedAt = erlang:monotonic_time(),
    [Task ! {open, OpenedAt} || Task <- Tasks],
    OpenedAt.

%% Waits for all tasks: the sum of their tokens, the latest time, and the sum of their results.
await_finish(OpenedAt, Finishers, Scenario) ->
    Finished = [receive {finished, Token, At, Result} -> {Token, At, Result} end || _ <- lists:seq(1, Finishers)],
    {Tokens, Times, Results} = lists:unzip3(Finished),
    [receive hog_finished -> ok end || Scenario =:= hog],
    Elapsed = erlang:convert_time_unit(lists:max(Times) - OpenedAt, native, nanosecond),
    {lists:sum(Tokens), Elapsed, lists:sum(Results) band ?MASK}.

%% The counter of every task, and all times that they noted, in nanoseconds.
reports(Tasks) ->
    [Task ! {report, self()} || Task <- Tasks],
    {Counters, Times} = lists:unzip([receive {report, Task, Counter, Noted} -> {Counter, Noted} end || Task <- Tasks]),
    {lists:sum(Counters), [erlang:convert_time_unit(Time, native, nanosecond) || Time <- lists:append(Times)]}.

finish(Supervisor, Token, Result, Counter, Times) ->
    Supervisor ! {finished, Token, erlang:monotonic_time(), Result},
    stay(Counter, Times).

%% Keeps the task until the end of the program.
stay(Counter, Times) ->
    receive
        {report, Supervisor} ->
            Supervisor ! {report, self(), Counter, Times},
            stay(Counter, Times)
    end.

%% `switch`: the token is a message; a timed switch carries its start time.
await_token(Supervisor, Next, Operations, Counter, Times) ->
    receive
        Token when is_integer(Token) ->
            hold(Token, Supervisor, Next, Operations, Counter, Times);
        {Token, HandedAt} when is_integer(Token) ->
            Time = erlang:monotonic_time() - HandedAt,
            hold(Token, Supervisor, Next, Operations, Counter, [Time | Times]);
        {report, Supervisor} ->
            Supervisor ! {report, self(), Counter, Times},
            stay(Counter, Times)
    end.

hold(Operations, Supervisor, _Next, Operations, Counter, Times) ->
    finish(Supervisor, Operations, 0, Counter, Times);
hold(Token, Supervisor, Next, Operations, Counter, Times) when (Token + 1) rem ?SAMPLE =:= 0 ->
    Next ! {Token + 1, erlang:monotonic_time()},
    await_token(Supervisor, Next, Operations, Counter + 1, Times);
hold(Token, Supervisor, Next, Operations, Counter, Times) ->
    Next ! Token + 1,
    await_token(Supervisor, Next, Operations, Counter + 1, Times).

%% `yield`.
give_way(Supervisor, Share, Share) ->
    finish(Supervisor, Share, 0, Share, []);
give_way(Supervisor, Share, Counter) ->
    erlang:yield(),
    give_way(Supervisor, Share, Counter + 1).

%% `control`: the same without the yield.
count(Supervisor, Share, Share) ->
    finish(Supervisor, Share, 0, Share, []);
count(Supervisor, Share, Counter) ->
    count(Supervisor, Share, Counter + 1).

%% `cpu`.
chunks(Supervisor, Index, Count, Operations, Counter, Sum) when Index < Operations ->
    chunks(Supervisor, Index + Count, Count, Operations, Counter + 1, Sum + compute(Index));
chunks(Supervisor, _Index, _Count, _Operations, Counter, Sum) ->
    finish(Supervisor, Counter, Sum, Counter, []).

compute(Index) ->
    compute((Index + 1) band ?MASK, ?ROUNDS).

compute(X, 0) ->
    X;
compute(X, Rounds) ->
    A = X bxor ((X bsl 13) band ?MASK),
    B = A bxor (A bsr 17),
    compute(B bxor ((B bsl 5) band ?MASK), Rounds - 1).

%% `hog`: a timer counts whole milliseconds, rounded up: part of what the model is.
tick(Supervisor, _Due, Share, Share, Times) ->
    finish(Supervisor, Share, 0, Share, Times);
tick(Supervisor, LastDue, Share, Counter, Times) ->
    Due = LastDue + native(?TICK_NS),
    Late = sleep_until(Due),
    tick(Supervisor, Due, Share, Counter + 1, [Late | Times]).

%% How late it is when the process resumes.
sleep_until(Due) ->
    case erlang:monotonic_time() - Due of
        Late when Late >= 0 ->
            Late;
        Early ->
            receive
            after (erlang:convert_time_unit(-Early, native, microsecond) + 999) div 1000 -> sleep_until(Due)
            end
    end.

%% Computes until then; reading the clock is the computation.
hog(Supervisor, Until) ->
    case erlang:monotonic_time() < Until of
        true ->
            hog(Supervisor, Until);
        false ->
            Supervisor ! hog_finished,
            stay(0, [])
    end.
