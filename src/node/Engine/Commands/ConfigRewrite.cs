// One CONFIG REWRITE on its way: the file is read, rewritten in memory, and replaced as a whole; the session waits.
using System.Text;
using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Engine;

internal sealed class ConfigRewrite(Session session, string path, bool everything = false)
{
    private readonly Node _node = session.Node;

    public void Run()
    {
        session.Wait();
        _node.Host.Submit(new FileWork { Lane = Lane.State, Verb = FileVerb.Read, Path = path, WhenDone = work => Write((FileWork)work) });
    }

    private void Write(FileWork read)
    {
        // A file that was removed since the start is written anew.
        if (read.Fault is not (FileFault.None or FileFault.NotFound))
        {
            Conclude(read);
            return;
        }
        string text = ConfigRewriter.Rewrite(Encoding.UTF8.GetString(read.Result), _node.Options, userLines: null, everything);
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.State,
            Verb = FileVerb.Replace,
            Path = path,
            Bytes = Encoding.UTF8.GetBytes(text),
            WhenDone = work => Conclude((FileWork)work),
        });
    }

    private void Conclude(FileWork last)
    {
        bool done = last.Fault == FileFault.None;
        if (done)
            _node.Host.Log(LogLevel.Notice, "CONFIG REWRITE executed with success.");
        else
            _node.Host.Log(LogLevel.Warning, "CONFIG REWRITE failed: " + last.Error);
        if (!session.EndWait())
            return;
        if (done)
            _node.Dispatcher.ReplyTo(session).Ok();
        else
            _node.Dispatcher.ReplyTo(session).Error("ERR Rewriting config file: " + last.Error);
        session.ResumeAfterWait();
    }
}
