package io.cade.proxy.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** A card with FTP whose only file is sent over its one data port. */
public final class FileCard implements AutoCloseable {
  private final ServerSocket data;
  private final ScriptedServer control;
  private final byte[] file;
  private final CountDownLatch release = new CountDownLatch(1);

  /**
   * @param content empty: the data connection stays open until {@link #release}
   */
  public FileCard(String address, String content) throws IOException {
    data = new ServerSocket(0, 5, InetAddress.ofLiteral(address));
    file = content.getBytes(StandardCharsets.ISO_8859_1);
    control = ScriptedServer.ftp(address, this::answer);
  }

  public InetSocketAddress address() {
    return control.address();
  }

  /** Ends the data connection of the empty file. */
  public void release() {
    release.countDown();
  }

  private String answer(String line) {
    return switch (line.split(" ", 2)[0]) {
      case "EPSV" -> "229 ok (|||" + data.getLocalPort() + "|)\r\n";
      case "RETR" -> {
        Thread.ofVirtual().start(this::send);
        yield "150 from 127.0.0.7\r\n226 done\r\n";
      }
      case "ABOR" -> "225 closed\r\n";
      default -> "502 no\r\n";
    };
  }

  private void send() {
    try (Socket socket = data.accept()) {
      socket.getOutputStream().write(file);
      socket.getOutputStream().flush();
      if (file.length == 0) {
        release.await();
      }
    } catch (IOException | InterruptedException e) {
      // cut off
    }
  }

  @Override
  public void close() throws IOException {
    release.countDown();
    control.close();
    data.close();
  }
}
