/** The only protocol that anything here speaks, for the rules of security groups. */
export const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 } as const;
