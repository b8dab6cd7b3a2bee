using System;
using System.Globalization;
using System.IO;

using Hexad.Core;
using Hexad.Engine;
using Hexad.Engine.Seam;
using Hexad.Host.Log;
using Hexad.Host.Loop;
using Hexad.Host.Native;
using Hexad.Host.Sockets;
using Hexad.Options;

using LogLevel = Hexad.Engine.Seam.LogLevel;

namespace Hexad.Host.Process;

/// <summary>
/// One node of a server process, with everything around it that is the process's and not the node's: log, banner, pid
/// file, warnings about the machine, the loop, and the report of a crash.
/// </summary>
internal sealed class NodeProcess : ILogSink, IDisposable
{
    /// <summary>Descriptors that a node needs besides its clients': listeners, files, the bus.</summary>
    internal const int OtherDescriptors = 96;

    private readonly NodeOptions _options;
    private readonly ServerLog _log;
    private readonly string _folder;
    private readonly long _fileLimit;
    private readonly NodeLoop _loop;
    private Node? _node;

    internal NodeProcess(NodeOptions options, bool portable, bool isDaemon, long fileLimit)
    {
        _options = options;
        _fileLimit = fileLimit;
        _folder = options.Directory = Path.GetFullPath(options.Directory);
        _log = new ServerLog
        {
            File = options.LogFile.Length == 0 ? "" : Absolute(options.LogFile),
            IsSilent = isDaemon && options.LogFile.Length == 0,
            Level = LogLevel.Debug,
        };
        if (options.SyslogEnabled) _log.UseSystemLog(options.SyslogIdent, options.SyslogFacility);
        SocketLayer sockets = portable || !OperatingSystem.IsLinux() ? new PortableSockets() : new EpollSockets();
        var facts = new HostFacts(portable ? "select" : "epoll", options.ConfigFile ?? "", _fileLimit);
        _loop = new NodeLoop(sockets, this, () => _options.Directory, facts, Crashed, () => Bind(options.BackgroundCpuList));
    }

    /// <summary>What the process list shows; null where the process has more nodes than this one, or is not to show anything.</summary>
    internal ProcessTitle? Title { get; init; }

    /// <summary>The name for its thread: its port.</summary>
    internal string Name => "hexad-" + _options.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>What has to hold before the process goes into the background or starts a thread; else the text for standard error.</summary>
    internal string? Check()
    {
        if (!Directory.Exists(_folder)) return $"Can't chdir to '{_options.Directory}': {SystemError.NotFound.Text()}";
        return _log.TryOpen(out string error) ? null : $"Can't open the log file: {error}";
    }

    /// <summary>Runs the node on this thread until it ends; the exit code.</summary>
    internal int Run(bool isDaemon)
    {
        try
        {
            Greet();
            Bind(_options.ServerCpuList);
            if (isDaemon || _options.PidFile is not null) WritePidFile();
            _node = new Node(_options, _loop, HostFacts.Entropy());
            ShowTitle(_node);
            Write(LogLevel.Notice, LogRole.Primary, "Server initialized");
            int code = _loop.Run(_node, _node.Segments);
            if (isDaemon || _options.PidFile is not null) LibC.Unlink(PidPath);
            return code;
        }
        catch (Exception e)
        {
            Crashed(e);
            return 1;
        }
        finally
        {
            _loop.Dispose();
        }
    }

    /// <summary>Gives the memory of a node that has ended back, for the others of this process.</summary>
    internal void Release()
    {
        _node?.Dispose();
        _node = null;
    }

    /// <summary>Asks the node to end in order; from any thread.</summary>
    internal void RequestStop(StopReason reason) => _loop.RequestStop(reason);

    /// <summary>The operator does not want to wait: say so; the caller ends the process.</summary>
    internal void Insist()
    {
        Write(LogLevel.Warning, LogRole.Primary, "You insist... exiting now.");
        if (_options.PidFile is not null) LibC.Unlink(PidPath);
    }

    /// <summary>Logs before the node exists.</summary>
    internal void Warn(string text) => Write(LogLevel.Warning, LogRole.Primary, text);

    /// <inheritdoc/>
    public void Write(LogLevel level, LogRole role, string text)
    {
        // The option has one level more than the lines have: nothing.
        if ((int)level >= (int)_options.LogLevel) _log.Write(level, role, text);
    }

    public void Dispose() => _loop.Dispose();

    private string PidPath => Absolute(_options.PidFile ?? "/var/run/hexad.pid");

    private string Absolute(string path) => Path.IsPathRooted(path) ? path : Path.Combine(_folder, path);

    private void Greet()
    {
        int pid = LibC.ProcessId();
        Write(LogLevel.Notice, LogRole.Child, "Hexad is starting");
        Write(LogLevel.Notice, LogRole.Child, $"Hexad version={Versions.Hexad}, Redis version={Versions.Redis}, bits=64, pid={pid}, just started");
        Write(LogLevel.Notice, LogRole.Child, _options.ConfigFile is null
            ? "No configuration file was given, so the node runs with the defaults and the command line's options"
            : "Configuration loaded");
        WarnOfLimits();

        string mode = _options.ClusterEnabled ? "cluster" : "standalone";
        bool shows = _options.AlwaysShowLogo || (!_options.SyslogEnabled && _options.LogFile.Length == 0 && LibC.IsTerminal(1) == 1);
        if (shows) _log.WriteRaw(Banner.Text(Versions.Hexad, Versions.Redis, mode, _options.Port, pid));
        else Write(LogLevel.Notice, LogRole.Primary, $"Running mode={mode}, port={_options.Port}.");
    }

    private void WarnOfLimits()
    {
        long room = _fileLimit - OtherDescriptors;
        if (room < _options.MaxClients)
        {
            Warn($"You requested maxclients of {_options.MaxClients}, but the system allows this process only {_fileLimit} open files. "
                + $"The node serves {Math.Max(1, room)} clients at most; to serve more, raise the limit (ulimit -n).");
            _options.MaxClients = (uint)Math.Max(1, room);
        }

        string somaxconn = "/proc/sys/net/core/somaxconn";
        if (File.Exists(somaxconn) && int.TryParse(File.ReadAllText(somaxconn), CultureInfo.InvariantCulture, out int most) && most < _options.TcpBacklog)
            Warn($"WARNING: The TCP backlog setting of {_options.TcpBacklog} cannot be enforced because {somaxconn} is set to the lower value of {most}.");
    }

    private void ShowTitle(Node node)
    {
        if (Title is not { } title) return;
        title.Show(_options);
        node.WhenOptionChanges += id =>
        {
            if (id is OptionId.ProcessTitleTemplate or OptionId.Port or OptionId.Bind or OptionId.TlsPort) title.Show(_options);
        };
    }

    private void Bind(string? cpuList)
    {
        if (!CpuList.Apply(cpuList)) Warn($"The CPUs '{cpuList}' could not be chosen: {LibC.Error.Text()}");
    }

    private void WritePidFile()
    {
        try
        {
            File.WriteAllText(PidPath, LibC.ProcessId().ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn("Failed to write PID file: " + e.Message);
        }
    }

    private void Crashed(Exception failure)
    {
        if (_options.CrashLogEnabled) CrashReport.Write(_log, failure, _node);
        if (_options.PidFile is not null) LibC.Unlink(PidPath);
        LibC.ExitNow(1);
    }
}
