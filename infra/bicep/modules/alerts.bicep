@description('The prefix of the resources\' names.')
param prefix string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The component that the app reports to.')
param insightsId string

@description('The app\'s address, without /api.')
param appUrl string

@description('The mail address that gets the alerts.')
param email string

@description('The most polls that an instance holds.')
param maxHeldPolls int

var nearlyFull = maxHeldPolls * 9 / 10

// Each rule computes a figure every 5 minutes, and alerts after it has exceeded the limit for the given number of consecutive periods.
// docs/configuration.md lists the metrics.
var rules = [
  {
    name: 'failed-polls'
    description: 'Polls that ended with 503 because the storage did not answer.'
    severity: 1
    limit: 0
    periods: 1
    query: '''
customMetrics
| where name == 'funccomet.poll.duration' and tostring(customDimensions.outcome) == 'storage_failed'
| summarize figure = sum(valueCount)
'''
  }
  {
    // A full instance refuses some polls for seconds, until the platform has started the next one. That needs no alert.
    name: 'refused-polls'
    description: 'For 10 minutes instances have refused more polls than one holds: there are too few of them, or a client polls too often.'
    severity: 1
    limit: maxHeldPolls
    periods: 2
    query: '''
customMetrics
| where name == 'funccomet.poll.duration' and tostring(customDimensions.outcome) == 'too_many_polls'
| summarize figure = sum(valueCount)
'''
  }
  {
    name: 'failed-pushes'
    description: 'Messages that the storage did not take; their pushes were tried again or answered 503.'
    severity: 1
    limit: 0
    periods: 1
    query: '''
customMetrics
| where name == 'funccomet.storage.requests' and tostring(customDimensions.operation) == 'send'
| where tostring(customDimensions.result) in ('refused', 'throttled', 'failed', 'no_answer')
| summarize figure = sum(valueSum)
'''
  }
  {
    // Instances measure only while they hold polls. Without a figure, the alert ends although letters may wait, and comes again with one.
    name: 'dead-letters'
    description: 'Messages wait in the dead letters, until somebody puts them back or removes them.'
    severity: 2
    limit: 0
    periods: 1
    query: '''
customMetrics
| where name == 'funccomet.dead_letters.waiting'
| summarize figure = max(valueMax)
'''
  }
  {
    name: 'storage-throttling'
    description: 'Requests that the storage account refused for being too many.'
    severity: 2
    limit: 0
    periods: 1
    query: '''
customMetrics
| where name == 'funccomet.storage.requests' and tostring(customDimensions.result) == 'throttled'
| summarize figure = sum(valueSum)
'''
  }
  {
    name: 'held-polls'
    description: 'Instances hold more than nine tenths of their polls on average: the platform adds none, or not fast enough.'
    severity: 2
    limit: nearlyFull
    periods: 1
    query: '''
customMetrics
| where name == 'funccomet.poll.held'
| summarize held = max(valueSum) by cloud_RoleInstance
| summarize figure = avg(held)
'''
  }
]

resource recipients 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-alerts'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'funccomet'
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'FuncComet ${prefix}: ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [
        insightsId
      ]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      // At the first deployment there is no telemetry yet, and validation would fail.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'figure'
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: rule.limit
            failingPeriods: {
              numberOfEvaluationPeriods: rule.periods
              minFailingPeriodsToAlert: rule.periods
            }
          }
        ]
      }
      actions: {
        actionGroups: [
          recipients.id
        ]
      }
    }
  }
]

// An app that does not start reports no metrics, so this test calls it from outside, as clients do.
resource health 'Microsoft.Insights/webtests@2022-06-15' = {
  name: '${prefix}-health'
  location: location
  // Application Insights needs this tag to show the test.
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    Name: '${prefix}-health'
    SyntheticMonitorId: '${prefix}-health'
    Kind: 'standard'
    Enabled: true
    // Seconds. The timeout allows for a cold start, and a failed call is retried.
    Frequency: 300
    Timeout: 60
    RetryEnabled: true
    Locations: [
      {
        Id: 'emea-nl-ams-azr'
      }
      {
        Id: 'us-va-ash-azr'
      }
      {
        Id: 'apac-sg-sin-azr'
      }
    ]
    Request: {
      RequestUrl: '${appUrl}/api/health'
      HttpVerb: 'GET'
      FollowRedirects: false
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
    }
  }
}

resource unreachable 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${prefix}-unreachable'
  location: 'global'
  tags: tags
  properties: {
    description: 'FuncComet ${prefix}: /api/health does not answer 200 to two of the three places that ask it. The app does not start, or does not reach its storage.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [
      health.id
      insightsId
    ]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: health.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [
      {
        actionGroupId: recipients.id
      }
    ]
  }
}
