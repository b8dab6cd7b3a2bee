namespace Hexad.Cli;

/// <summary>The help of the command line.</summary>
internal static class UsageText
{
    /// <summary>All options, for a program of this name.</summary>
    public static string Of(string program) => Sending(program) + Looking(program);

    private static string Sending(string program) =>
        $"""
        redis-cli {CliVersion.Text}

        Usage: {program} [OPTIONS] [cmd [arg [arg ...]]]

        Without a command it asks for commands: type "help" there.

        Where to connect
          -h <host>              Host of the server (127.0.0.1).
          -p <port>              Port of the server (6379).
          -s <path>              Unix socket of the server, instead of host and port.
          -u <uri>               redis://[[user:]password@][host[:port]][/db]
          -a, --pass <password>  Password. The variable REDISCLI_AUTH is the safer place for it.
          --user <name>          User of the password.
          --askpass              Ask for the password at the terminal.
          --no-auth-warning      Do not warn about a password on the command line.
          -n <db>                Database.
          -2, -3                 Speak RESP2, RESP3.
          -c                     Follow MOVED and ASK to the right node of a cluster.

        What to send
          -r <count>             Send the command so many times (-1: for ever).
          -i <seconds>           Pause between repetitions; fractions are fine. Also used by --scan and --stat each
                                 round, and by --bigkeys, --memkeys and --hotkeys every 100 rounds.
          -x                     The last argument comes from the input.
          -X <tag>               The argument that equals <tag> is replaced by the input.
          --quoted-input         Arguments are quoted texts: "a\x00b" has three bytes.
          --eval <file>          Evaluate a script: --eval file key1 key2 , arg1 arg2
          --pipe                 Send the input, which is protocol, as fast as it goes.
          --pipe-timeout <sec>   How long --pipe waits for the last reply (30; 0: for ever).

        How to print
          --raw                  The bytes alone (as when the output is no terminal).
          --no-raw               For people, even when the output is no terminal.
          --csv, --json          As CSV; as JSON (asks for RESP3 unless -2 is given).
          --quoted-json          As JSON in printable ASCII.
          -d <text>              Between elements of raw output (a line end).
          -D <text>              Behind each reply of raw output (a line end).
          --show-pushes <yes|no> Print messages that answer no command (yes at a terminal).
          -e                     Exit with an error code when the server answers with an error.


        """;

    private static string Looking(string program) =>
        $"""
        What to look at
          --stat                 A line of figures about the server every second.
          --latency              Time of PING, until interrupted; one second when the output is no terminal.
          --latency-history      The same, a new line every 15 seconds (-i).
          --latency-dist         The same as a spectrum of 256 colours (--mono: greys).
          --intrinsic-latency <sec>  How long this machine keeps a busy program waiting.
          --scan                 All keys; with --pattern <glob>, --quoted-pattern <text>, --count <n>.
          --bigkeys, --memkeys   The largest key of each type, by elements or by memory.
          --memkeys-samples <n>  The same by memory, sampling so many elements of each key.
          --hotkeys              The most used keys (needs an LFU maxmemory-policy).
          --replica              Act as a replica and show the commands that come.
          --rdb <file>           Fetch a dump of the data ("-": to the output).
          --functions-rdb <file> Fetch a dump of the functions alone.
          --lru-test <keys>      Simulate a cache: 80 % of the requests for 20 % of the keys.

        Clusters
          --cluster <command> [arguments] [options]
                                 Create, check, repair and change a cluster; --cluster help lists the commands.

        Other
          --verbose              Say more.
          --help, --version      This text; the version.

        Examples
          cat photo.jpg | {program} -x set photo
          {program} -r 100 -i 1 info | grep used_memory_human:
          {program} --scan --pattern 'user:*'
          {program} -c -h 127.0.0.1 -p 6379


        """;
}
