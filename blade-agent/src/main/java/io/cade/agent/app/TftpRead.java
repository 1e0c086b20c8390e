package io.cade.agent.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one small file by TFTP (RFC 1350, octet mode, no options: blocks of 512 bytes). Each
 * datagram is sent up to {@value #TRIES} times; data from another port than the transfer's is
 * answered with an error and ignored, blocks heard twice are not acknowledged twice.
 */
final class TftpRead {
  private static final int TRIES = 6;
  private static final int FIRST_WAIT_MILLIS = 500;
  private static final int LAST_WAIT_MILLIS = 4_000;
  private static final int BLOCK = 512;
  private static final int HEADER = 4;
  private static final int READ = 1;
  private static final int DATA = 3;
  private static final int ACKNOWLEDGEMENT = 4;
  private static final int ERROR = 5;
  private static final int UNKNOWN_TRANSFER = 5;

  private final InetAddress server;
  private final int port;
  private final int limit;

  /**
   * @param limit bytes beyond which the file is refused
   */
  TftpRead(InetAddress server, int port, int limit) {
    this.server = server;
    this.port = port;
    this.limit = limit;
  }

  /**
   * @throws IOException when the server refuses, does not answer, or the file is too large
   */
  byte[] read(String name) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] request = request(name);
      DatagramPacket toSend = packet(request, new InetSocketAddress(server, port));
      int transferPort = 0;
      for (int block = 1; ; block++) {
        DatagramPacket data = exchange(socket, toSend, transferPort, block, name);
        transferPort = data.getPort();
        int length = data.getLength() - HEADER;
        if (content.size() + length > limit) {
          throw new IOException(where(name) + " is larger than " + limit + " bytes");
        }
        content.write(data.getData(), HEADER, length);
        InetSocketAddress to = new InetSocketAddress(server, transferPort);
        toSend = packet(new byte[] {0, ACKNOWLEDGEMENT, (byte) (block >> 8), (byte) block}, to);
        if (length < BLOCK) {
          socket.send(toSend);
          return content.toByteArray();
        }
      }
    }
  }

  private DatagramPacket exchange(
      DatagramSocket socket, DatagramPacket toSend, int transferPort, int block, String name)
      throws IOException {
    byte[] buffer = new byte[HEADER + BLOCK + 1];
    int wait = FIRST_WAIT_MILLIS;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      socket.send(toSend);
      long deadline = System.nanoTime() + wait * 1_000_000L;
      for (long left = wait; left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
        DatagramPacket heard = new DatagramPacket(buffer, buffer.length);
        socket.setSoTimeout((int) left);
        try {
          socket.receive(heard);
        } catch (SocketTimeoutException e) {
          break;
        }
        if (accept(socket, heard, transferPort, block, name)) {
          return heard;
        }
      }
      wait = Math.min(2 * wait, LAST_WAIT_MILLIS);
    }
    throw new IOException(where(name) + ": the boot server does not answer");
  }

  private boolean accept(
      DatagramSocket socket, DatagramPacket heard, int transferPort, int block, String name)
      throws IOException {
    if (!heard.getAddress().equals(server)) {
      return false;
    }
    if (transferPort != 0 && heard.getPort() != transferPort) {
      byte[] error = {0, ERROR, 0, UNKNOWN_TRANSFER, 0};
      socket.send(packet(error, (InetSocketAddress) heard.getSocketAddress()));
      return false;
    }
    byte[] bytes = heard.getData();
    if (heard.getLength() < HEADER || bytes[0] != 0) {
      return false;
    }
    int number = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    if (bytes[1] == ERROR) {
      byte[] text = Arrays.copyOfRange(bytes, HEADER, heard.getLength());
      throw new IOException(
          where(name)
              + ": the boot server refuses, error "
              + number
              + " "
              + new String(text, StandardCharsets.US_ASCII).replaceAll("[^ -~]", ""));
    }
    return bytes[1] == DATA && number == (block & 0xffff) && heard.getLength() <= HEADER + BLOCK;
  }

  private String where(String name) {
    return "tftp://" + server.getHostAddress() + ":" + port + "/" + name;
  }

  private static byte[] request(String name) {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(0);
    request.write(READ);
    request.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    request.write(0);
    request.writeBytes("octet".getBytes(StandardCharsets.US_ASCII));
    request.write(0);
    return request.toByteArray();
  }

  private static DatagramPacket packet(byte[] bytes, InetSocketAddress to) {
    return new DatagramPacket(bytes, bytes.length, to);
  }
}
