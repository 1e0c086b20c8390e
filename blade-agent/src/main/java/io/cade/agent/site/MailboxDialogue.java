package io.cade.agent.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * POP3 (RFC 1939) on the messages of a package, {@code mail/NAME/*.eml}: they are part of what was
 * signed, so they can be read, not deleted. Stateless; every call of {@link #run} is one session.
 */
final class MailboxDialogue implements LineService.Dialogue {
  private static final int MAX_MESSAGES = 10_000;
  private static final int MAX_FAILURES = 3;

  private final Path mail;
  private final Users users;

  MailboxDialogue(Path mail, Users users) {
    this.mail = mail;
    this.users = users;
  }

  @Override
  public void run(LineService.Line line) throws IOException {
    line.say("+OK POP3");
    List<Message> messages = logIn(line);
    if (messages == null) {
      return;
    }
    for (String command = line.next(); command != null; command = line.next()) {
      String[] words = command.split(" ", -1);
      if (words[0].equalsIgnoreCase("QUIT")) {
        line.say("+OK");
        return;
      }
      answer(line, words[0].toUpperCase(Locale.ROOT), words, messages);
    }
  }

  /** One message; its size is that on the wire. */
  private record Message(Path file, String id, long size) {}

  private @Nullable List<Message> logIn(LineService.Line line) throws IOException {
    String user = "";
    int failures = 0;
    for (String command = line.next(); command != null; command = line.next()) {
      int space = command.indexOf(' ');
      String verb = (space < 0 ? command : command.substring(0, space)).toUpperCase(Locale.ROOT);
      String argument = space < 0 ? "" : command.substring(space + 1);
      switch (verb) {
        case "USER" -> {
          user = argument;
          line.say("+OK");
        }
        case "PASS" -> {
          if (users.admits(user, argument)) {
            List<Message> messages = messages(user);
            line.say("+OK " + messages.size() + " messages");
            return messages;
          }
          line.say("-ERR [AUTH] user name or password is wrong");
          if (++failures == MAX_FAILURES) {
            return null;
          }
        }
        case "CAPA" -> line.say("+OK\r\nUSER\r\nTOP\r\nUIDL\r\nRESP-CODES\r\n.");
        case "QUIT" -> {
          line.say("+OK");
          return null;
        }
        default -> line.say("-ERR log in first");
      }
    }
    return null;
  }

  private List<Message> messages(String user) throws IOException {
    Path box = mail.resolve(user);
    if (!Files.isDirectory(box, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(box)) {
      files =
          entries
              .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .limit(MAX_MESSAGES)
              .toList();
    }
    List<Message> messages = new ArrayList<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      // RFC 1939 §7: an id is of 1 to 70 characters, the same in each session.
      String id = HexFormat.of().formatHex(name.getBytes(UTF_8));
      messages.add(
          new Message(file, id.length() <= 70 ? id : id.substring(id.length() - 70), size(file)));
    }
    return messages;
  }

  private static long size(Path file) throws IOException {
    long size = 0;
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        size += text.length() + 2;
      }
    }
    return size;
  }

  private static void answer(
      LineService.Line line, String verb, String[] words, List<Message> messages)
      throws IOException {
    switch (verb) {
      case "STAT" ->
          line.say(
              "+OK " + messages.size() + " " + messages.stream().mapToLong(Message::size).sum());
      case "LIST" -> list(line, words, messages, false);
      case "UIDL" -> list(line, words, messages, true);
      case "RETR" -> send(line, number(words, messages), Integer.MAX_VALUE, messages);
      case "TOP" -> {
        if (words.length == 3 && words[2].matches("[0-9]{1,7}")) {
          send(line, number(words, messages), Integer.parseInt(words[2]), messages);
        } else {
          line.say("-ERR TOP message lines");
        }
      }
      case "NOOP", "RSET" -> line.say("+OK");
      case "DELE" -> line.say("-ERR [SYS/PERM] this mailbox can only be read");
      case "CAPA" -> line.say("+OK\r\nUSER\r\nTOP\r\nUIDL\r\nRESP-CODES\r\n.");
      default -> line.say("-ERR not known");
    }
  }

  /** The index of the message meant; -1 for none. */
  private static int number(String[] words, List<Message> messages) {
    if (words.length < 2 || !words[1].matches("[0-9]{1,6}")) {
      return -1;
    }
    int index = Integer.parseInt(words[1]) - 1;
    return index < messages.size() ? index : -1;
  }

  private static void list(
      LineService.Line line, String[] words, List<Message> messages, boolean ids)
      throws IOException {
    if (words.length > 1) {
      int index = number(words, messages);
      line.say(index < 0 ? "-ERR no such message" : "+OK " + entry(messages, index, ids));
      return;
    }
    StringBuilder all = new StringBuilder("+OK\r\n");
    for (int i = 0; i < messages.size(); i++) {
      all.append(entry(messages, i, ids)).append("\r\n");
    }
    line.say(all.append('.').toString());
  }

  private static String entry(List<Message> messages, int index, boolean id) {
    Message message = messages.get(index);
    return (index + 1) + " " + (id ? message.id() : message.size());
  }

  private static void send(LineService.Line line, int index, int bodyLines, List<Message> messages)
      throws IOException {
    if (index < 0) {
      line.say("-ERR no such message");
      return;
    }
    OutputStream out = line.out();
    out.write("+OK\r\n".getBytes(UTF_8));
    int left = -1;
    try (BufferedReader in =
        Files.newBufferedReader(messages.get(index).file(), StandardCharsets.ISO_8859_1)) {
      for (String text = in.readLine(); text != null && left != 0; text = in.readLine()) {
        // RFC 1939 §3: a dot at the beginning is doubled.
        String sent = text.startsWith(".") ? "." + text : text;
        out.write((sent + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        if (left > 0) {
          left--;
        } else if (left < 0 && text.isEmpty()) {
          left = bodyLines;
        }
      }
    }
    line.say(".");
  }
}
