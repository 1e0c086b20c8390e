package io.cade.proxy.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client of a line protocol that sends exactly what it is told. */
public final class LineClient implements AutoCloseable {
  private Socket socket;
  private InputStream in;

  public LineClient(InetSocketAddress server) throws IOException {
    this(server, "127.0.0.1");
  }

  /**
   * @param from address of this client
   */
  public LineClient(InetSocketAddress server, String from) throws IOException {
    socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(server, 5000);
    use(socket);
  }

  private void use(Socket other) throws IOException {
    socket = other;
    socket.setSoTimeout(10_000);
    in = socket.getInputStream();
  }

  /** TLS from here on. */
  public LineClient tls(String serverName) throws Exception {
    SSLSocket secure =
        (SSLSocket)
            Certificates.trustingAll()
                .getSocketFactory()
                .createSocket(socket, "127.0.0.1", socket.getPort(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setServerNames(
        serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    use(secure);
    return this;
  }

  /** Sends bytes as they are, one a character. */
  public LineClient raw(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** The next line without its end; an empty text at the end of the connection. */
  public String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return line.toString();
      }
      line.append((char) b);
    }
    return line.substring(0, line.length() - 1);
  }

  /** Sends a command, and gives the first line of the answer. */
  public String ask(String command) throws IOException {
    return raw(command + "\r\n").line();
  }

  /** The lines until one begins like this; it is the last of them. */
  public List<String> until(String beginning) throws IOException {
    List<String> lines = new java.util.ArrayList<>();
    do {
      lines.add(line());
    } while (!lines.getLast().startsWith(beginning) && !lines.getLast().isEmpty());
    return lines;
  }

  public int localPort() {
    return socket.getLocalPort();
  }

  /** Everything until the other side closes. */
  public String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
