package io.cade.sim.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** Asks the running simulator. Stateless. */
public final class ControlClient {
  private ControlClient() {}

  /** There is no simulator to ask. */
  public static final class Unreachable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Blocks until the command is carried out.
   *
   * @param simDirectory the simulator's directory, {@code DIR/sim}
   * @throws Unreachable when none listens there
   * @throws IOException when it broke off
   */
  public static ControlReply ask(Path simDirectory, List<String> words) throws IOException {
    Path socket = ControlSocket.of(simDirectory);
    ControlProtocol protocol = new ControlProtocol();
    try (SocketChannel channel = connect(socket)) {
      protocol.send(channel, new ControlRequest(words));
      return protocol.receive(channel, ControlProtocol.MAX_REPLY, ControlReply.class);
    }
  }

  private static SocketChannel connect(Path socket) throws Unreachable {
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException | IllegalArgumentException e) {
      throw new Unreachable("no simulator listens at " + socket, e);
    }
  }
}
