package io.cade.engine.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cade.mib.nms.NmsFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** Writes what monitoring programs need to know the module. Needs no engine; stateless. */
final class MibsDesk {
  private MibsDesk() {}

  static void addTo(CommandTree tree, CommandSpec root) {
    tree.add(
            root,
            "mibs",
            new Action.WriteMibs(),
            "Writes the MIB files, and files for Prometheus, Zabbix, LibreNMS and OpenNMS, into a"
                + " folder; needs no engine.",
            "mibs /tmp/cade-mibs")
        .addPositional(CommandTree.argument("DIR", "The folder; made if it is not there.").build());
  }

  /** What was written, one path a line, or as JSON. */
  static String write(Path folder, boolean json) throws CommandFailure {
    if (folder.toString().isEmpty()) {
      throw new CommandFailure(ExitCode.USAGE, "'' is no folder; name one, like /tmp/cade-mibs");
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CommandFailure(ExitCode.FAILED, folder + " is a file, not a folder");
    }
    try {
      List<Path> written = NmsFiles.writeTo(folder).stream().map(folder::resolve).toList();
      return json ? list(written) : lines(written);
    } catch (FileSystemException e) {
      // Its message is often the file alone.
      throw new CommandFailure(
          ExitCode.FAILED,
          "cannot write "
              + Objects.requireNonNullElse(e.getFile(), folder.toString())
              + ": "
              + (e.getReason() != null
                  ? e.getReason()
                  : e instanceof AccessDeniedException
                      ? "no right to"
                      : e instanceof NoSuchFileException
                          ? "its folder cannot be made there"
                          : e.getClass().getSimpleName()));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "cannot write into " + folder + ": " + e.getMessage());
    }
  }

  private static String lines(List<Path> files) {
    return files.stream().map(f -> f + "\n").collect(Collectors.joining());
  }

  private static String list(List<Path> files) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeArrayFieldStart("files");
      for (Path file : files) {
        out.writeString(file.toString());
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return Json.pretty(text.toString(), null) + "\n";
  }
}
