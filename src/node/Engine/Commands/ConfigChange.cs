// One CONFIG SET on its way: values are set, then the node is told, and when something refuses, all goes back.
//
// Most options are read where they are used, so that setting them is all. A few need more: listeners are closed and
// opened by the host, which answers in a later step; until then the session waits.
using System;
using System.Collections.Generic;
using System.IO;
using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Engine;

internal sealed class ConfigChange(Session session, List<(string Name, OptionRow Row)> options)
{
    private readonly Node _node = session.Node;
    private readonly List<string> _before = [];
    private bool _waits;

    /// <summary>The error that names the option.</summary>
    public static string Failed(string name, string reason) => "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason;

    public void Run(List<string> texts)
    {
        foreach ((_, OptionRow row) in options)
            _before.Add(_node.Options.GetText(row));
        for (int i = 0; i < options.Count; i++)
        {
            string? error = _node.Options.Set(options[i].Row, texts[i]);
            if (error is null)
                continue;
            Restore();
            _node.Dispatcher.ReplyTo(session).Error(Failed(options[i].Name, error));
            return;
        }
        if (Changed(OptionId.Directory))
            MoveFolder();
        else
            MoveListeners();
    }

    private void MoveFolder()
    {
        string from = _before[options.FindIndex(o => o.Row.Id == OptionId.Directory)];
        string to = Path.GetFullPath(_node.Options.Directory, Path.GetFullPath(from, "/"));
        Wait();
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.State,
            Verb = FileVerb.List,
            Path = to,
            WhenDone = work =>
            {
                if (((FileWork)work).Fault == FileFault.None)
                {
                    _node.Options.Directory = to;
                    MoveListeners();
                    return;
                }
                Restore();
                Conclude(Failed("dir", ((FileWork)work).Error));
            },
        });
    }

    private void MoveListeners()
    {
        if (!Changed(OptionId.Port) && !Changed(OptionId.Bind))
        {
            Conclude(null);
            return;
        }
        string name = Changed(OptionId.Port) ? "port" : "bind";
        string reason = Changed(OptionId.Port) ? "Unable to listen on this port. Check server logs." : "Failed to bind to specified addresses.";
        Wait();
        _node.Listeners.Move(opened =>
        {
            if (opened)
            {
                Conclude(null);
                return;
            }
            Restore();
            // What was open before is opened again; whether that works is for the log, the answer is the same.
            _node.Listeners.Move(_ => Conclude(Failed(name, reason)));
        });
    }

    private void Wait()
    {
        _waits = true;
        session.Wait();
    }

    private void Conclude(string? error)
    {
        if (error is null)
        {
            foreach ((_, OptionRow row) in options)
            {
                _node.OptionChanged(row.Id);
                if (row.PendingWarning is { } warning && !_node.Options.IsDefault(row))
                    _node.Host.Log(LogLevel.Warning, warning);
            }
        }
        if (_waits && !session.EndWait())
            return;
        if (error is null)
            _node.Dispatcher.ReplyTo(session).Ok();
        else
            _node.Dispatcher.ReplyTo(session).Error(error);
        if (_waits)
            session.ResumeAfterWait();
    }

    private bool Changed(OptionId id)
    {
        for (int i = 0; i < options.Count; i++)
        {
            if (options[i].Row.Id == id)
                return _node.Options.GetText(options[i].Row) != _before[i];
        }
        return false;
    }

    private void Restore()
    {
        for (int i = 0; i < options.Count; i++)
            _node.Options.Set(options[i].Row, _before[i]);
    }
}
