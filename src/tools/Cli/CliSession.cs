using System;
using System.Text;
using System.Threading;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>What became of sending a command.</summary>
public enum SendResult
{
    /// <summary>A reply came and was printed.</summary>
    Answered,

    /// <summary>No connection, or it broke; the reason was printed.</summary>
    Failed,

    /// <summary>The server answered with an error, and the program is to end on errors.</summary>
    ErrorReply,
}

/// <summary>
/// One person's conversation with a server: connects, logs in, sends commands, prints replies, follows redirections,
/// and knows the state that the prompt shows (address, database, transaction). A connection that breaks is made anew
/// for the next command.
/// </summary>
public sealed class CliSession : IDisposable
{
    private readonly CliOptions _options;
    private readonly ToolConsole _console;
    private readonly ReplyFormatter _formatter;
    private readonly bool _showPushes;
    private Connection? _connection;
    private string _host;
    private int _port;
    private int _database;
    private int _wantedDatabase;
    private int _databaseBeforeMulti;
    private bool _inTransaction;
    private bool _redirected;
    private bool _asking;
    private bool _stopping;
    private bool _resp3;
    private OutputMode _output;
    private volatile bool _streaming;

    /// <summary>A session that has no connection yet.</summary>
    public CliSession(CliOptions options, ToolConsole console)
    {
        _options = options;
        _console = console;
        _formatter = new ReplyFormatter(options.ElementDelimiter, options.ReplyDelimiter);
        _showPushes = options.ShowPushes ?? console.OutputIsTerminal;
        _output = options.Output;
        _host = options.Host;
        _port = options.Port;
        _wantedDatabase = options.Database;
        _resp3 = options.Protocol is ProtocolChoice.Resp3 or ProtocolChoice.Resp3Preferred;
    }

    /// <summary>A person types the commands: redirections are announced, a broken connection is made anew.</summary>
    public bool Interactive { get; set; }

    /// <summary>The connection, if there is one.</summary>
    public Connection? Connection => _connection;

    /// <summary>Whether replies are printed for people.</summary>
    public bool PrintsForPeople => _output == OutputMode.Standard;

    /// <summary>What stands before the place to type: address, database, transaction.</summary>
    public string Prompt
    {
        get
        {
            if (_connection is null) return "not connected> ";
            string place = _options.SocketPath is not null ? "redis " + _options.SocketPath : new Endpoint(_host, _port).ToString();
            return place + (_database != 0 ? $"[{_database}]" : "") + (_inTransaction ? "(TX)" : "") + "> ";
        }
    }

    /// <summary>Goes to another server.</summary>
    public bool ConnectTo(string host, int port)
    {
        _host = host;
        _port = port;
        return Connect(quiet: false);
    }

    /// <summary>Connects and logs in, closing what was open before; false when that failed, with the reason printed unless quiet.</summary>
    public bool Connect(bool quiet)
    {
        if (_connection is not null)
        {
            Drop();
            _database = 0;
            _inTransaction = false;
        }

        // As Redis: after a redirection the unix socket is the wrong way.
        Endpoint endpoint = _options.SocketPath is not null && !_redirected ? _options.Endpoint : new Endpoint(_host, _port);
        try
        {
            _connection = Connection.Open(endpoint);
        }
        catch (ConnectionException e)
        {
            string place = endpoint.SocketPath ?? $"{endpoint.Host}:{endpoint.Port}";
            if (!quiet) _console.WriteError($"Could not connect to Redis at {place}: {e.Message}\n");
            return false;
        }

        if (!LogIn(_connection)) return false;
        _connection.OnPush = _showPushes ? PrintPush : static _ => { };
        return true;
    }

    /// <summary>Sends a command as often as asked, following redirections, and prints what comes.</summary>
    public SendResult Issue(byte[][] arguments, long repeat)
    {
        while (true)
        {
            if ((_redirected || _connection is null) && !Connect(quiet: false))
            {
                _redirected = false;
                return SendResult.Failed;
            }

            _redirected = false;
            if (_asking && !SayAsking()) return SendResult.Failed;
            SendResult result;
            try
            {
                result = Send(arguments, repeat);
            }
            catch (ConnectionException e)
            {
                _console.WriteError($"Error: {e.Message}\n");
                Drop();
                return SendResult.Failed;
            }

            if (!_redirected) return result;
        }
    }

    /// <summary>Ends a wait for messages, as Ctrl-C does; false when there was none. Any thread may call this.</summary>
    public bool Interrupt()
    {
        if (!_streaming) return false;
        _connection?.Abort();
        return true;
    }

    /// <summary>Prints a reply as the options want it.</summary>
    public void Print(Reply reply, bool verbatim = false) => _console.Write(_formatter.Format(reply, _output, verbatim).Bytes);

    public void Dispose() => Drop();

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private bool LogIn(Connection connection)
    {
        try
        {
            if (_options.Credentials.Authenticate(connection) is { } refusal)
            {
                _console.WriteError($"AUTH failed: {refusal}\n");
                // As Redis: the connection stays, and every command then says what is missing.
                return false;
            }

            if (!SelectWanted(connection)) return false;
            if (!_resp3 || _options.Protocol == ProtocolChoice.Resp2) return true;
            Reply hello = connection.Call("HELLO", "3");
            if (!hello.IsError) return true;
            _console.WriteError($"HELLO 3 failed: {hello.Text}\n");
            return _options.Protocol != ProtocolChoice.Resp3;
        }
        catch (ConnectionException)
        {
            _console.WriteError("\nI/O error\n");
            Drop();
            return false;
        }
    }

    private bool SelectWanted(Connection connection)
    {
        if (_wantedDatabase == _database) return true;
        Reply reply = connection.Call("SELECT", _wantedDatabase.ToString());
        if (reply.IsError)
        {
            _console.WriteError($"SELECT {_wantedDatabase} failed: {reply.Text}\n");
            return false;
        }

        _database = _wantedDatabase;
        return true;
    }

    private bool SayAsking()
    {
        _asking = false;
        try
        {
            Reply reply = _connection!.Call("ASKING");
            if (!reply.IsError) return true;
            _console.WriteError($"ASKING failed: {reply.Text}\n");
        }
        catch (ConnectionException e)
        {
            _console.WriteError($"Error: {e.Message}\n");
            Drop();
        }

        return false;
    }

    private SendResult Send(byte[][] arguments, long repeat)
    {
        string[] words = Array.ConvertAll(arguments, a => Encoding.Latin1.GetString(a).ToLowerInvariant());
        bool verbatim = IsReport(words);
        if (words[0] == "shutdown") _stopping = true;
        while (repeat != 0)
        {
            if (repeat > 0) repeat--;
            _connection!.Write(arguments);
            switch (words[0])
            {
                case "monitor":
                    return Follow(announce: false, verbatim);
                case "subscribe" or "psubscribe" or "ssubscribe":
                    Follow(announce: _output != OutputMode.Raw, verbatim);
                    continue;
                case "sync" or "psync":
                    return FollowReplication();
            }

            Reply? reply = ReadReply(verbatim);
            if (reply is null) return SendResult.Answered;
            if (reply.IsError && !Interactive && _options.FailOnError && !_redirected) return SendResult.ErrorReply;
            if (!reply.IsError || words[0] is "exec" or "auth") Note(words, reply);
            if (_redirected) break;
            Pause();
        }

        return SendResult.Answered;
    }

    /// <summary>Reads and prints one reply; null when the server has stopped as it was told to.</summary>
    private Reply? ReadReply(bool verbatim)
    {
        Reply reply;
        try
        {
            reply = _connection!.Read();
        }
        catch (ConnectionException) when (_stopping)
        {
            Drop();
            return null;
        }

        if (_options.FollowRedirections && reply.IsError && TryRedirect(reply.Text)) return reply;
        if (reply.IsError && !Interactive && _options.FailOnError) _console.WriteError(reply.Text + "\n");
        else Print(reply, verbatim);
        _console.Flush();
        return reply;
    }

    /// <summary>Takes the way that <c>MOVED slot host:port</c> or <c>ASK slot host:port</c> points.</summary>
    private bool TryRedirect(string error)
    {
        if (!error.StartsWith("MOVED ", StringComparison.Ordinal) && !error.StartsWith("ASK ", StringComparison.Ordinal)) return false;
        string[] words = error.Split(' ');
        int colon = words.Length > 2 ? words[2].LastIndexOf(':') : -1;
        if (colon < 0) return false;
        // An empty host means: the same host, another port.
        if (colon > 0) _host = words[2][..colon];
        _port = CNumber.Int32(words[2][(colon + 1)..]);
        if (Interactive) _console.WriteLine($"-> Redirected to slot [{CNumber.Int32(words[1])}] located at {_host}:{_port}");
        _redirected = true;
        _asking = words[0] == "ASK";
        return true;
    }

    /// <summary>Keeps in mind what a command changed about the connection.</summary>
    private void Note(string[] words, Reply reply)
    {
        switch (words)
        {
            case ["select", var number]:
                _wantedDatabase = _database = CNumber.Int32(number);
                break;
            case ["auth", _] or ["auth", _, _]:
                SelectWanted(_connection!);
                break;
            case ["multi"]:
                _inTransaction = true;
                _databaseBeforeMulti = _database;
                break;
            case ["exec"] when _inTransaction:
                _inTransaction = false;
                if (reply.IsError || reply.IsNull) _wantedDatabase = _database = _databaseBeforeMulti;
                break;
            case ["discard"]:
                _inTransaction = false;
                _wantedDatabase = _database = _databaseBeforeMulti;
                break;
            case ["reset"]:
                _inTransaction = false;
                _wantedDatabase = _database = 0;
                _resp3 = false;
                break;
        }
    }

    /// <summary>Prints messages until one is an error, the connection ends, or Ctrl-C; after that the connection is made anew.</summary>
    private SendResult Follow(bool announce, bool verbatim)
    {
        if (announce) _console.WriteLine("Reading messages... (press Ctrl-C to quit)");
        Connection connection = _connection!;
        Action<Reply>? onPush = connection.OnPush;
        connection.OnPush = null;
        _streaming = Interactive;
        try
        {
            while (true)
            {
                Reply? reply = ReadReply(verbatim);
                if (reply is null || reply.IsError) return SendResult.Answered;
            }
        }
        catch (ConnectionException) when (connection.IsAborted)
        {
            _streaming = false;
            return Connect(quiet: false) ? SendResult.Answered : SendResult.Failed;
        }
        finally
        {
            _streaming = false;
            connection.OnPush = onPush;
        }
    }

    private SendResult FollowReplication()
    {
        _console.WriteLine("Entering replica output mode...  (press Ctrl-C to quit)");
        // The command that was written is replaced by a plain SYNC: what is asked for is the stream.
        Connect(quiet: true);
        if (_connection is null) return SendResult.Failed;
        new ReplicationStream(_connection, _console).ShowCommands(reply => _console.Write(_formatter.Format(reply, OutputMode.Csv, false).Bytes));
        Drop();
        return SendResult.Failed;
    }

    private void PrintPush(Reply push)
    {
        Print(push);
        _console.Flush();
    }

    private void Pause()
    {
        _console.Flush();
        if (_options.IntervalUs > 0) Thread.Sleep(TimeSpan.FromMicroseconds(_options.IntervalUs));
    }

    /// <summary>Whether the reply to a command is a report, printed as it is.</summary>
    private static bool IsReport(string[] words) => words switch
    {
        ["info" or "lolwut", ..] => true,
        ["debug", "htstats" or "htstats-key" or "client-eviction", ..] => true,
        ["memory", "malloc-stats" or "doctor", ..] => true,
        ["cluster", "nodes" or "info"] => true,
        ["client", "list" or "info", ..] => true,
        ["latency", "graph", _] => true,
        ["latency", "doctor"] => true,
        _ => false,
    };
}
