%% run:step/1 with a state in two halves of 32 bits. All in between stays a small integer, of at most 60 bits:
%% for loops that draw millions of numbers. run:below/2 of such a state is (High bsr 1) rem N.
-compile({inline, [step/2]}).

-define(FACTOR, 6364136223846793005).
-define(INCREMENT, 1442695040888963407).
-define(HALF, 16#ffffffff).

step(High, Low) when is_integer(High), High >= 0, High =< ?HALF, is_integer(Low), Low >= 0, Low =< ?HALF ->
    Middle = Low * ((?FACTOR bsr 22) band 16#3fffff),
    Top = (Low * (?FACTOR bsr 44)) band 16#fffff,
    Carried = (High * ((?FACTOR bsr 16) band 16#ffff)) band 16#ffff,
    Below = Low * (?FACTOR band 16#3fffff) + ((Middle band 16#3ff) bsl 22) + (?INCREMENT band ?HALF),
    Above = (Below bsr 32) + (Middle bsr 10) + (Top bsl 12) + High * (?FACTOR band 16#ffff) + (Carried bsl 16),
    {(Above + (?INCREMENT bsr 32)) band ?HALF, Below band ?HALF}.
