%% `echo`: a Unix socket, one process for each connection, passive reads.
-module(echo).
-export([listen/1, accept/3, await_finish/0, counters/1]).

-define(REQUEST_BYTES, 64).
-define(BACKLOG, 4096).

listen(Path) ->
    Options = [binary, {ifaddr, {local, Path}}, {active, false}, {packet, raw}, {backlog, ?BACKLOG}],
    case gen_tcp:listen(0, Options) of
        {ok, Server} -> Server;
        {error, Reason} -> exit({failed, io_lib:format("listen on ~ts: ~s", [Path, inet:format_error(Reason)])})
    end.

%% Accepts `Connections` connections; returns the process of each.
accept(Server, Connections, Operations) ->
    Supervisor = self(),
    Answered = atomics:new(1, []),
    [accept_one(Server, Supervisor, Answered, Operations) || _ <- lists:seq(1, Connections)].

accept_one(Server, Supervisor, Answered, Operations) ->
    {ok, Connection} = gen_tcp:accept(Server),
    Task = spawn_link(fun() -> receive yours -> serve(Connection, Supervisor, Answered, Operations, 0) end end),
    ok = gen_tcp:controlling_process(Connection, Task),
    Task ! yours,
    Task.

serve(Connection, Supervisor, Answered, Operations, Counter) ->
    case gen_tcp:recv(Connection, ?REQUEST_BYTES) of
        {ok, Request} ->
            ok = gen_tcp:send(Connection, Request),
            put(counter, Counter + 1),
            case atomics:add_get(Answered, 1, 1) of
                Operations -> Supervisor ! {answered, Operations, erlang:monotonic_time()};
                _ -> ok
            end,
            serve(Connection, Supervisor, Answered, Operations, Counter + 1);
        {error, closed} ->
            receive
            after infinity -> ok
            end
    end.

await_finish() ->
    receive {answered, Token, At} -> {Token, At} end.

%% The sum of the tasks' counters. They wait in reading and answer nobody, so theirs is in the process dictionary.
counters(Tasks) ->
    lists:sum([counter(Task) || Task <- Tasks]).

counter(Task) ->
    {dictionary, Dictionary} = erlang:process_info(Task, dictionary),
    proplists:get_value(counter, Dictionary, 0).
