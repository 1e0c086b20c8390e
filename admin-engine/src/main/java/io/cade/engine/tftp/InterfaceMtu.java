package io.cade.engine.tftp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;

/**
 * The MTU of the interface from which packets to a client leave. Narrower links beyond it are not
 * seen: for those there is {@link TftpConfig#maxBlockBytes}. Stateless.
 */
public final class InterfaceMtu implements PathMtu {
  /** What Ethernet has, where the interface does not say. */
  static final int USUAL = 1500;

  @Override
  public int towards(InetAddress client) {
    // Connecting a UDP socket sends nothing; it asks the kernel for the way.
    try (DatagramChannel probe = DatagramChannel.open()) {
      probe.connect(new InetSocketAddress(client, 9));
      InetAddress local = ((InetSocketAddress) probe.getLocalAddress()).getAddress();
      NetworkInterface leaving =
          local.isLoopbackAddress()
              ? NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress())
              : NetworkInterface.getByInetAddress(local);
      return leaving == null ? USUAL : Math.max(USUAL_MINIMUM, leaving.getMTU());
    } catch (IOException | RuntimeException e) {
      return USUAL;
    }
  }

  /** Every IPv4 host takes that much (RFC 791). */
  private static final int USUAL_MINIMUM = 576;
}
