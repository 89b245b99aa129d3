%% How often times occurred.
-module(histogram).
-export([count/1]).

%% Sorted pairs of a time and how often it is in the list: exact below 64 ns, above in steps of at most 1/32.
count(Times) ->
    Add = fun(Time, Counts) -> maps:update_with(middle(max(0, Time)), fun(Count) -> Count + 1 end, 1, Counts) end,
    lists:sort(maps:to_list(lists:foldl(Add, #{}, Times))).

%% The middle of the step that the time is in.
middle(Time) ->
    Shift = shift(Time, 0),
    (Time bsr Shift bsl Shift) + (1 bsl Shift) div 2.

shift(Time, Shift) when Time bsr Shift < 64 -> Shift;
shift(Time, Shift) -> shift(Time, Shift + 1).
