@export()
@sealed()
@description('The settings of docs/configuration.md that you may change. The others are set by the template itself.')
type settingsType = {
  @description('The prefix of the queues\' names: 1 to 10 of a-z and 0-9, beginning with a letter. Default: fc.')
  @minLength(1)
  @maxLength(10)
  FuncComet__Mailbox__QueuePrefix: string?

  @description('How long a message that a plain poll received stays hidden while the answer is written: hh:mm:ss, 00:00:05 to 01:00:00. Default: 00:00:30.')
  FuncComet__Mailbox__PlainLease: string?

  @description('Deliveries in lease mode after which an unacknowledged message goes to the dead letters: 1 to 1,000, or 0 for no limit. Default: 10.')
  @minValue(0)
  @maxValue(1000)
  FuncComet__Mailbox__MaxDeliveries: int?

  @description('The most messages that a mailbox holds: 1 to 1,000,000. Default: 10,000.')
  @minValue(1)
  @maxValue(1000000)
  FuncComet__Mailbox__MaxDepth: int?

  @description('Whether other programs that write to the mailboxes encode their messages: None, Base64, or Auto, which decodes only JSON objects and arrays. Default: Auto.')
  FuncComet__Mailbox__ForeignEncoding: ('None' | 'Base64' | 'Auto')?

  @description('The timeout of a poll that gives none: hh:mm:ss, 00:00:00 to 00:03:40. Default: 00:00:30.')
  FuncComet__Poll__DefaultTimeout: string?

  @description('The iss of tokens: 1 to 200 characters. Default: funccomet.')
  @minLength(1)
  @maxLength(200)
  FuncComet__Token__Issuer: string?

  @description('The aud of tokens: 1 to 200 characters. Default: funccomet.')
  @minLength(1)
  @maxLength(200)
  FuncComet__Token__Audience: string?

  @description('How far clocks may differ when a token\'s times are checked: hh:mm:ss, 00:00:00 to 00:01:00. Default: 00:00:30.')
  FuncComet__Token__ClockSkew: string?

  @description('Whether a token may come in the query. Default: true.')
  FuncComet__Token__AllowInQuery: bool?

  @description('Tokens that were issued before this time are refused: a time such as 2026-11-26T12:00:00Z. Default: none.')
  FuncComet__Token__NotBefore: string?

  @description('The most polls of one recipient that an instance holds: 1 to 100,000. Default: 100.')
  @minValue(1)
  @maxValue(100000)
  FuncComet__Limits__MaxHeldPollsPerRecipient: int?

  @description('The most requests to push that an instance takes in a minute: 1 to 1,000,000, or 0 for no limit. Default: 0.')
  @minValue(0)
  @maxValue(1000000)
  FuncComet__Limits__PushesPerMinute: int?

  @description('The most messages to one recipient that an instance takes in a minute: 1 to 1,000,000, or 0 for no limit. Default: 0.')
  @minValue(0)
  @maxValue(1000000)
  FuncComet__Limits__PushesPerMinutePerRecipient: int?

  @description('The longest query, in bytes: 4,000 to 8,000. Default: 8,000.')
  @minValue(4000)
  @maxValue(8000)
  FuncComet__Request__MaxQueryLength: int?

  @description('The longest Content-Type of a push, in characters: 30 to 200. Default: 200.')
  @minValue(30)
  @maxValue(200)
  FuncComet__Request__MaxContentTypeLength: int?

  @description('The longest Idempotency-Key of a push, in characters: 1 to 128. Default: 128.')
  @minValue(1)
  @maxValue(128)
  FuncComet__Request__MaxKeyLength: int?

  @description('Whether a push stores a message before it hands it over to a plain poll that waits on the same instance (Stored), or only if the hand-over fails (Direct). Default: Stored.')
  FuncComet__Push__Handover: ('Stored' | 'Direct')?

  @description('The iss of access tokens with which senders push without a function key: an https address. Default: none.')
  FuncComet__Push__Authority: string?

  @description('An aud of these tokens: 1 to 200 characters. Default: none.')
  @minLength(1)
  @maxLength(200)
  FuncComet__Push__Audience: string?

  @description('The app role that these tokens must have: 1 to 200 characters. Default: FuncComet.Push.')
  @minLength(1)
  @maxLength(200)
  FuncComet__Push__Role: string?

  @description('The first pause between two looks into an empty mailbox: hh:mm:ss.fff, 00:00:00.050 to 00:01:00. Default: 00:00:00.250.')
  FuncComet__Backoff__Initial: string?

  @description('The longest pause between two looks: hh:mm:ss.fff, 00:00:00.050 to 00:05:00. Default: 00:00:30, or 00:00:05 without the doorbell.')
  FuncComet__Backoff__Maximum: string?

  @description('The largest share by which a pause is randomly shortened: 0 to 0.5, as a string. Default: 0.2.')
  FuncComet__Backoff__Jitter: string?

  @description('Whether a push at one instance wakes the polls held at another. Default: true.')
  FuncComet__Doorbell__Enabled: bool?

  @description('The pause between two looks for rings from other instances: hh:mm:ss.fff, 00:00:00.050 to 00:00:05. Default: 00:00:00.200.')
  FuncComet__Doorbell__Interval: string?

  @description('The queue of your application, in the mailboxes\' account, that gets a note about each message that nobody polls for: 3 to 63 of a-z, 0-9 and single hyphens. Default: none, and no notes.')
  FuncComet__Offline__Queue: string?

  @description('How long a message waits until its note can be received: hh:mm:ss in whole seconds, 00:00:01 to 7.00:00:00. Default: 00:00:30.')
  FuncComet__Offline__After: string?

  @description('How a note is written: Base64, which queue-triggered functions expect, or None. Default: Base64.')
  FuncComet__Offline__Encoding: ('Base64' | 'None')?

  @description('Whether each step of each message is logged, by the message\'s id. Default: false.')
  FuncComet__Log__Messages: bool?

  @description('The share of the messages that are logged so: more than 0, up to 1, as a string. Default: 1.')
  FuncComet__Log__MessagesShare: string?

  @description('Which traces the exporter keeps: microsoft.fixed_percentage or microsoft.rate_limited. Default: microsoft.rate_limited, with 5.')
  OTEL_TRACES_SAMPLER: ('microsoft.fixed_percentage' | 'microsoft.rate_limited')?

  @description('The share of the traces, as 1.0, or how many a second, as a string. Default: 5, a second.')
  OTEL_TRACES_SAMPLER_ARG: string?
}

@export()
@sealed()
@description('An identity provider whose access tokens count as tokens of recipients: FuncComet__Token__Authorities__0__… of docs/configuration.md.')
type tokenAuthorityType = {
  @description('The iss of its tokens: an https address.')
  Issuer: string

  @description('An aud of its tokens: 1 to 200 characters.')
  @minLength(1)
  @maxLength(200)
  Audience: string

  @description('The claim that names the recipient: 1 to 200 characters. Default: sub.')
  @minLength(1)
  @maxLength(200)
  RecipientClaim: string?

  @description('The recipient\'s name, with the claim in place of {0}. Default: {0}.')
  RecipientFormat: string?
}
