package io.cade.proxy.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A card that answers each line as a function says, and keeps what it was told. */
public final class ScriptedServer implements AutoCloseable {
  public final List<String> heard = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final String greeting;
  private final Function<String, String> script;

  /**
   * @param address one of the loopback network
   * @param script the answer to a line, with CR LF; empty for none
   */
  public ScriptedServer(String address, String greeting, Function<String, String> script)
      throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.ofLiteral(address));
    this.greeting = greeting;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  /** FTP: every login is taken; other commands are answered by the script. */
  public static ScriptedServer ftp(String address, Function<String, String> script)
      throws IOException {
    return new ScriptedServer(
        address,
        "220 internal\r\n",
        line ->
            line.startsWith("USER")
                ? "331 password\r\n"
                : line.startsWith("PASS") ? "230 in\r\n" : script.apply(line));
  }

  /** POP3: the password {@code right} is taken. */
  public static ScriptedServer pop3(String address) throws IOException {
    return new ScriptedServer(
        address,
        "+OK internal\r\n",
        line ->
            line.startsWith("PASS") && !line.equals("PASS right")
                ? "-ERR [AUTH] no\r\n"
                : "+OK " + line.split(" ", 2)[0] + "\r\n");
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      out.write(greeting.getBytes(StandardCharsets.ISO_8859_1));
      while (true) {
        String line = Card.readLine(in);
        heard.add(line);
        out.write(script.apply(line).getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
      }
    } catch (IOException e) {
      // the proxy has closed
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
