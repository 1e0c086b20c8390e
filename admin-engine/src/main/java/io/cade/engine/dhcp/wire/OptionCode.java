package io.cade.engine.dhcp.wire;

/** Numbers of the options that this server reads or writes (RFC 2132; others where said). */
public final class OptionCode {
  public static final int PAD = 0;
  public static final int SUBNET_MASK = 1;
  public static final int ROUTER = 3;
  public static final int DNS = 6;
  public static final int HOST_NAME = 12;
  public static final int DOMAIN_NAME = 15;
  public static final int INTERFACE_MTU = 26;
  public static final int BROADCAST_ADDRESS = 28;
  public static final int NTP = 42;
  public static final int VENDOR_SPECIFIC = 43;
  public static final int REQUESTED_ADDRESS = 50;
  public static final int LEASE_TIME = 51;
  public static final int OVERLOAD = 52;
  public static final int MESSAGE_TYPE = 53;
  public static final int SERVER_ID = 54;
  public static final int PARAMETER_LIST = 55;
  public static final int MESSAGE = 56;
  public static final int MAX_MESSAGE_SIZE = 57;
  public static final int RENEWAL_TIME = 58;
  public static final int REBINDING_TIME = 59;
  public static final int VENDOR_CLASS = 60;

  /** RFC 2132 §9.14; echoed by servers since RFC 6842. */
  public static final int CLIENT_ID = 61;

  public static final int TFTP_SERVER_NAME = 66;
  public static final int BOOT_FILE = 67;

  /** RFC 3004; iPXE writes its name here without the inner length. */
  public static final int USER_CLASS = 77;

  /** RFC 4039. */
  public static final int RAPID_COMMIT = 80;

  /** RFC 3046. */
  public static final int RELAY_INFORMATION = 82;

  /** RFC 4578 §2.1. */
  public static final int CLIENT_ARCHITECTURE = 93;

  /** RFC 4578 §2.2. */
  public static final int CLIENT_INTERFACE = 94;

  /** RFC 4578 §2.3. */
  public static final int CLIENT_MACHINE_ID = 97;

  /** RFC 3011. */
  public static final int SUBNET_SELECTION = 118;

  /** RFC 3442. */
  public static final int CLASSLESS_ROUTES = 121;

  /** Etherboot's encapsulated options; iPXE sends its features here. */
  public static final int IPXE = 175;

  public static final int END = 255;

  private OptionCode() {}
}
