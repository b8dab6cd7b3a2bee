namespace Hexad.Benchmark;

/// <summary>What <c>--help</c> prints.</summary>
internal static class BenchmarkUsage
{
    internal const string Text = """
        Usage: redis-benchmark [OPTIONS] [COMMAND ARGS...]

        Where to:
         -h <hostname>      Host of the server (default 127.0.0.1)
         -p <port>          Port of the server (default 6379)
         -s <socket>        Unix socket instead of host and port
         -u <uri>           redis://user:password@host:port/dbnum
         -a <password>      Password
         --user <username>  User name for AUTH; needs -a
         --dbnum <db>       Database to select (default 0)
         -3                 Speak RESP3
         --cluster          The server belongs to a cluster: spread the clients over its primaries.
                            A command of your own then needs {tag} in its key.

        How much:
         -c <clients>       Connections at the same time (default 50)
         -n <requests>      Requests in all (default 100000)
         -d <size>          Bytes of each value (default 3)
         -P <numreq>        Requests sent together on one connection (default 1)
         -k <boolean>       1: keep connections, 0: a new one for each batch (default 1)
         -r <keyspacelen>   Put a random number below this, as 12 digits, wherever a request says __rand_int__.
                            Without it all requests use one key.
         --seed <number>    Where the random numbers start, to repeat a run
         --threads <num>    Load from so many threads
         -t <tests>         Only these tests, separated by commas: ping_inline, ping_mbulk, set, get, incr, lpush,
                            rpush, lpop, rpop, sadd, hset, spop, zadd, zpopmin, lrange, mset, xadd, …
         -l                 Repeat until interrupted
         -I                 Only hold idle connections open
         -x                 Read the last argument of the command from standard input
         -e                 Show errors that the server replies, one a second at most
         --enable-tracking  Say CLIENT TRACKING on before the load

        What to show:
         -q                 One line a test
         --csv              Comma separated values
         --precision <num>  Decimal places of latencies in milliseconds (default 0: automatic)
         --help             This
         --version          The version

        With a command behind the options, that command is measured:
           redis-benchmark -n 10000 -r 10000 -P 16 set key:__rand_int__ value
        """;
}
