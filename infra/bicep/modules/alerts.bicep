@description('What the resources\' names begin with.')
param prefix string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The component that the app reports to.')
param insightsId string

@description('Who is told.')
param email string

@description('The most polls that an instance holds.')
param maxHeldPolls int

var nearlyFull = maxHeldPolls * 9 / 10

// What each rule counts in the last 5 minutes; above its limit somebody is told. The names are those of the README's telemetry table.
var rules = [
  {
    name: 'failed-polls'
    description: 'Polls that ended with 503: the storage did not answer, or the instance held its maximum.'
    severity: 1
    limit: 0
    query: '''
customMetrics
| where name == 'funccomet.poll.duration' and tostring(customDimensions.outcome) in ('storage_failed', 'too_many_polls')
| summarize figure = sum(valueCount)
'''
  }
  {
    name: 'failed-pushes'
    description: 'Messages that the storage did not take; their pushes were tried again or answered 503.'
    severity: 1
    limit: 0
    query: '''
customMetrics
| where name == 'funccomet.storage.requests' and tostring(customDimensions.operation) == 'send'
| where tostring(customDimensions.result) in ('refused', 'throttled', 'failed', 'no_answer')
| summarize figure = sum(valueSum)
'''
  }
  {
    name: 'dead-letters'
    description: 'Messages that were moved to the dead letters.'
    severity: 2
    limit: 0
    query: '''
customMetrics
| where name == 'funccomet.dead_letters'
| summarize figure = sum(valueSum)
'''
  }
  {
    name: 'storage-throttling'
    description: 'Requests that the storage account refused for being too many.'
    severity: 2
    limit: 0
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
      // At the first deployment there is no telemetry that a query could be checked against.
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
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
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
