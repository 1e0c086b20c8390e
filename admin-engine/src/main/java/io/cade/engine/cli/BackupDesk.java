package io.cade.engine.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cade.engine.backup.BackupFile;
import io.cade.engine.backup.BackupManifest;
import io.cade.engine.backup.EngineBackup;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands about backups. Used by one thread. */
final class BackupDesk {
  private static final long STEP = 16 << 20;

  private final Surroundings surroundings;
  private final boolean json;

  BackupDesk(Surroundings surroundings, boolean json) {
    this.surroundings = surroundings;
    this.json = json;
  }

  static void addTo(CommandTree tree, CommandSpec root) {
    CommandSpec backup =
        tree.addGroup(
            root,
            "backup",
            "The whole engine in one file.",
            "backup create cade.tar",
            "backup verify cade.tar");
    if (!tree.isNamed("backup")) {
      return;
    }
    tree.add(
            backup,
            "create",
            new Action.CreateBackup(),
            "Has the running engine back itself up, and checks the file. It holds the module's"
                + " keys: keep it secret. Administrators only, on record.",
            "backup create cade.tar")
        .addPositional(file("File to be made; never one that is there."));
    tree.add(
            backup,
            "verify",
            new Action.VerifyBackup(),
            "Checks every part of a backup, and says what is in it; needs no engine.",
            "backup verify cade.tar",
            "backup verify cade.tar --json")
        .addPositional(file("The backup."));
    tree.add(
            backup,
            "restore",
            new Action.RestoreBackup(),
            "Makes a state directory of a backup, which is checked first; needs no engine.",
            "backup restore cade.tar --state /var/lib/cade")
        .addPositional(file("The backup."));
  }

  private static PositionalParamSpec file(String what) {
    return CommandTree.argument("FILE", what).build();
  }

  String create(ApiClient client, Path file) throws CommandFailure {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw failed(file + " is there already; name a file that is not");
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              part,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      throw failed(part + " is in the way, perhaps of a backup that was cut off; remove it");
    } catch (IOException e) {
      throw failed("cannot write " + part + ": " + reason(e));
    }
    try {
      try (channel) {
        Progress out = new Progress(Channels.newOutputStream(channel), surroundings.err());
        ApiClient.Answer answer = client.download("/api/v1/backup", out);
        Runner.refuse(answer);
        out.done();
        channel.force(true);
      }
      BackupManifest manifest = proven(part, file);
      // Refuses what has come there meanwhile.
      Files.move(part, file);
      return said(manifest, file, "is complete");
    } catch (UncheckedIOException e) {
      throw failed("cannot write " + part + ": " + reason(Objects.requireNonNull(e.getCause())));
    } catch (IOException e) {
      throw failed("cannot write " + file + ": " + reason(e));
    } finally {
      try {
        Files.deleteIfExists(part);
      } catch (IOException e) {
        surroundings.err().print("cade: " + part + " could not be removed; remove it\n");
      }
    }
  }

  private static BackupManifest proven(Path part, Path file) throws CommandFailure {
    try {
      return BackupFile.verify(part);
    } catch (IOException e) {
      throw failed(
          "the engine did not send a whole backup, " + file + " was not made: " + reason(e));
    }
  }

  String verify(Path file) throws CommandFailure {
    try {
      return said(BackupFile.verify(file), file, "is complete");
    } catch (IOException e) {
      throw failed(file + " must not be relied on: " + reason(e));
    }
  }

  String restore(Path file, Path state) throws CommandFailure {
    try {
      BackupManifest manifest = BackupFile.restore(file, state);
      String text = said(manifest, file, "is restored to " + state);
      Path configuration = state.resolve(EngineBackup.CONFIGURATION);
      return json || !Files.exists(configuration)
          ? text
          : text
              + "its configuration is in "
              + configuration
              + "; start an engine whose stateDirectory is "
              + state
              + "\n";
    } catch (IOException e) {
      throw failed("cannot restore " + file + ": " + reason(e));
    }
  }

  private String said(BackupManifest manifest, Path file, String what) throws IOException {
    BackupManifest.Head head = manifest.head();
    if (!json) {
      return String.format(
          Locale.ROOT,
          """
          %s %s
          engine %s, version %s, taken %s at change %d
          %d cards, %d services; %d files, %.1f MiB
          """,
          file,
          what,
          Words.printable(head.engine()),
          Words.printable(head.version()),
          head.taken(),
          head.position(),
          head.cards(),
          head.services(),
          manifest.entries().size(),
          manifest.bytes() / (double) (1 << 20));
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("file", file.toString());
      out.writeStringField("engine", head.engine());
      out.writeStringField("version", head.version());
      out.writeStringField("taken", head.taken().toString());
      out.writeNumberField("position", head.position());
      out.writeNumberField("cards", head.cards());
      out.writeNumberField("services", head.services());
      out.writeNumberField("files", manifest.entries().size());
      out.writeNumberField("bytes", manifest.bytes());
      out.writeEndObject();
    }
    return Json.pretty(text.toString(), null) + "\n";
  }

  private static CommandFailure failed(String line) {
    return new CommandFailure(ExitCode.FAILED, line);
  }

  /** A file system's message is often the file alone. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException f && f.getReason() == null
        ? f.getFile() + " (" + e.getClass().getSimpleName() + ")"
        : Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }

  /** Says how much has come, every 16 MiB. */
  private static final class Progress extends FilterOutputStream {
    private final PrintStream to;
    private long bytes;
    private long said;

    Progress(OutputStream out, PrintStream to) {
      super(out);
      this.to = to;
    }

    @Override
    public void write(byte[] chunk, int from, int length) {
      try {
        out.write(chunk, from, length);
      } catch (IOException e) {
        // Ours, not the connection's.
        throw new UncheckedIOException(e);
      }
      bytes += length;
      if (bytes - said >= STEP) {
        said = bytes;
        say(" so far");
      }
    }

    void done() {
      say(" received; checking it");
    }

    private void say(String what) {
      to.print(
          String.format(Locale.ROOT, "backup: %.1f MiB%s\n", bytes / (double) (1 << 20), what));
      to.flush();
    }
  }
}
