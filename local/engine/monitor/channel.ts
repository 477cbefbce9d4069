/** Properties hold whole provider sources, so messages are limited as in Pulumi itself (400 MB), not to gRPC's 4 MB. */
const maxMessageBytes = 400 * 1024 * 1024;

export const channelOptions = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
} as const;
