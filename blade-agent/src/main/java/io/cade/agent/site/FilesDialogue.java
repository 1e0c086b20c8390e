package io.cade.agent.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * FTP (RFC 959, 2389, 2428, 3659) on the files of a package: they are part of what was signed, so
 * they can be fetched, not changed. Passive transfers only, from the proxies. Stateless; every call
 * of {@link #run} is one session.
 */
final class FilesDialogue implements LineService.Dialogue {
  private static final int DATA_MILLIS = 30_000;
  private static final int MAX_FAILURES = 3;
  private static final DateTimeFormatter LISTED =
      DateTimeFormatter.ofPattern("MMM dd  yyyy", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path root;
  private final Users users;

  FilesDialogue(Path root, Users users) {
    this.root = root;
    this.users = users;
  }

  @Override
  public void run(LineService.Line line) throws IOException {
    try (Session session = new Session(line)) {
      session.run();
    }
  }

  /** One visitor. Owned by its thread. */
  private final class Session implements AutoCloseable {
    private final LineService.Line line;
    private String user = "";
    private boolean loggedIn;
    private int failures;
    private String directory = "/";
    private long restart;
    private @Nullable ServerSocket passive;

    Session(LineService.Line line) {
      this.line = line;
    }

    void run() throws IOException {
      line.say("220 FTP");
      for (String command = line.next(); command != null; command = line.next()) {
        int space = command.indexOf(' ');
        String verb = (space < 0 ? command : command.substring(0, space)).toUpperCase(Locale.ROOT);
        String argument = space < 0 ? "" : command.substring(space + 1);
        if (verb.equals("QUIT")) {
          line.say("221 Goodbye.");
          return;
        }
        if (!(loggedIn ? command(verb, argument) : logIn(verb, argument))) {
          return;
        }
      }
    }

    private boolean logIn(String verb, String argument) throws IOException {
      switch (verb) {
        case "USER" -> {
          user = argument;
          line.say("331 Password.");
        }
        case "PASS" -> {
          boolean anybody =
              users.anonymous() && (user.equals(Users.ANONYMOUS) || user.equals("ftp"));
          loggedIn = anybody || users.admits(user, argument);
          line.say(loggedIn ? "230 Logged in." : "530 Login incorrect.");
          return loggedIn || ++failures < MAX_FAILURES;
        }
        default -> line.say("530 Log in first.");
      }
      return true;
    }

    private boolean command(String verb, String argument) throws IOException {
      switch (verb) {
        case "SYST" -> line.say("215 UNIX Type: L8");
        case "NOOP" -> line.say("200 Ok.");
        case "FEAT" ->
            line.say(
                "211-Features:\r\n EPSV\r\n MDTM\r\n MLST type*;size*;modify*;\r\n REST STREAM\r\n"
                    + " SIZE\r\n UTF8\r\n211 End");
        case "OPTS" ->
            line.say(
                argument.toUpperCase(Locale.ROOT).startsWith("UTF8") ? "200 Ok." : "501 Unknown.");
        case "TYPE" ->
            line.say(argument.matches("(?i)[AI]( N)?|L 8") ? "200 Ok." : "504 TYPE A or TYPE I.");
        case "MODE" -> line.say(argument.equalsIgnoreCase("S") ? "200 Ok." : "504 MODE S.");
        case "STRU" -> line.say(argument.equalsIgnoreCase("F") ? "200 Ok." : "504 STRU F.");
        case "PWD", "XPWD" -> line.say("257 \"" + directory.replace("\"", "\"\"") + "\"");
        case "CWD", "XCWD" -> change(argument);
        case "CDUP", "XCUP" -> change("..");
        case "EPSV", "PASV" -> listen(verb.equals("EPSV"));
        case "REST" -> restart(argument);
        case "SIZE" -> about(argument, file -> "213 " + Files.size(file));
        case "MDTM" -> about(argument, file -> "213 " + modified(file));
        case "MLST" -> {
          Path file = find(argument);
          line.say(
              file == null
                  ? "550 There is no such file."
                  : "250-\r\n " + facts(file, path(argument)) + "\r\n250 End");
        }
        case "RETR" -> retrieve(argument);
        case "LIST" -> list(argument.startsWith("-") ? "" : argument, this::listed);
        case "NLST" -> list(argument, (file, name) -> name);
        case "MLSD" -> list(argument, this::facts);
        case "ABOR" -> line.say("226 Nothing to abort.");
        case "STOR", "STOU", "APPE", "DELE", "MKD", "XMKD", "RMD", "XRMD", "RNFR", "RNTO" ->
            line.say("550 These files can only be fetched.");
        default -> line.say("502 Not offered.");
      }
      return true;
    }

    /** The path that is meant, from the root, without dots. */
    private String path(String argument) {
      String whole = argument.startsWith("/") ? argument : directory + "/" + argument;
      StringBuilder result = new StringBuilder();
      for (String part : whole.split("/")) {
        if (part.equals("..")) {
          result.setLength(Math.max(0, result.lastIndexOf("/")));
        } else if (!part.isEmpty() && !part.equals(".")) {
          result.append('/').append(part);
        }
      }
      return result.isEmpty() ? "/" : result.toString();
    }

    /** The file or directory; null when there is none. Links are none: they could lead outside. */
    private @Nullable Path find(String argument) {
      if (argument.indexOf('\0') >= 0) {
        return null;
      }
      Path found = root;
      for (String part : path(argument).substring(1).split("/")) {
        found = part.isEmpty() ? found : found.resolve(part);
        if (Files.isSymbolicLink(found)) {
          return null;
        }
      }
      return found.startsWith(root) && Files.exists(found, LinkOption.NOFOLLOW_LINKS)
          ? found
          : null;
    }

    private void change(String argument) throws IOException {
      Path found = find(argument);
      if (found != null && Files.isDirectory(found)) {
        directory = path(argument);
        line.say("250 Ok.");
      } else {
        line.say("550 There is no such directory.");
      }
    }

    private void restart(String argument) throws IOException {
      if (argument.matches("[0-9]{1,18}")) {
        restart = Long.parseLong(argument);
        line.say("350 Restarting at " + argument + ".");
      } else {
        line.say("501 REST position.");
      }
    }

    private interface Fact {
      String of(Path file) throws IOException;
    }

    private void about(String argument, Fact fact) throws IOException {
      Path file = find(argument);
      line.say(
          file != null && Files.isRegularFile(file) ? fact.of(file) : "550 There is no such file.");
    }

    private String modified(Path file) throws IOException {
      return STAMP.format(Files.getLastModifiedTime(file).toInstant());
    }

    private String facts(Path file, String name) throws IOException {
      boolean folder = Files.isDirectory(file);
      return (folder ? "type=dir;" : "type=file;size=" + Files.size(file) + ";")
          + "modify="
          + modified(file)
          + "; "
          + name;
    }

    private String listed(Path file, String name) throws IOException {
      boolean folder = Files.isDirectory(file);
      return "%s 1 ftp ftp %12d %s %s"
          .formatted(
              folder ? "dr-xr-xr-x" : "-r--r--r--",
              folder ? 0 : Files.size(file),
              LISTED.format(Files.getLastModifiedTime(file).toInstant()),
              name);
    }

    // Data connections.

    private void listen(boolean extended) throws IOException {
      close();
      InetAddress own = line.socket().getLocalAddress();
      ServerSocket opened = new ServerSocket(0, 1, own);
      opened.setSoTimeout(DATA_MILLIS);
      passive = opened;
      int port = opened.getLocalPort();
      line.say(
          extended
              ? "229 Ok (|||" + port + "|)"
              : "227 Ok ("
                  + own.getHostAddress().replace('.', ',')
                  + ","
                  + (port >> 8)
                  + ","
                  + (port & 255)
                  + ")");
    }

    private interface Body {
      void write(OutputStream out) throws IOException;
    }

    private void transfer(Body body) throws IOException {
      ServerSocket mine = passive;
      if (mine == null) {
        line.say("425 EPSV comes first.");
        return;
      }
      boolean done = false;
      try (Socket data = mine.accept()) {
        if (data.getInetAddress().equals(line.socket().getInetAddress())) {
          line.say("150 Here it comes.");
          OutputStream out = data.getOutputStream();
          body.write(out);
          out.flush();
          done = true;
        }
      } catch (IOException e) {
        done = false; // told below
      } finally {
        close();
      }
      line.say(done ? "226 Done." : "426 The data connection is broken.");
    }

    private void retrieve(String argument) throws IOException {
      Path file = find(argument);
      long from = restart;
      restart = 0;
      if (file == null || !Files.isRegularFile(file)) {
        line.say("550 There is no such file.");
        return;
      }
      transfer(out -> {
        try (SeekableByteChannel channel = Files.newByteChannel(file);
            InputStream in = Channels.newInputStream(channel)) {
          channel.position(Math.min(from, channel.size()));
          in.transferTo(out);
        }
      });
    }

    private interface Entry {
      String of(Path file, String name) throws IOException;
    }

    private void list(String argument, Entry entry) throws IOException {
      Path found = find(argument);
      if (found == null) {
        line.say("550 There is no such file.");
        return;
      }
      List<Path> files;
      if (Files.isDirectory(found)) {
        try (Stream<Path> entries = Files.list(found)) {
          files = entries.sorted().toList();
        }
      } else {
        files = List.of(found);
      }
      transfer(out -> {
        for (Path file : files) {
          String text = entry.of(file, file.getFileName().toString());
          out.write((text + "\r\n").getBytes(UTF_8));
        }
      });
    }

    @Override
    public void close() throws IOException {
      if (passive != null) {
        passive.close();
        passive = null;
      }
    }
  }
}
